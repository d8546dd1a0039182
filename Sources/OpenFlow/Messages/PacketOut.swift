import Fields

/// Has the switch run actions on a packet.
public struct PacketOut: Message {
  public static let places = [MessagePlace(.type(13), .v10 ... .v15)]

  public let bufferID: UInt32
  /// The port that the packet is said to have come from, and (since 1.5) other metadata.
  public let metadata: Match
  public let actions: [any Action]
  public let packet: [UInt8]

  public var inPort: UInt16 { metadata.key.inPort }

  public init(
    bufferID: UInt32 = FlowMod.noBuffer, inPort: UInt16, actions: [any Action], packet: [UInt8]
  ) {
    var metadata = Match()
    metadata.set(.inPort, UInt128(inPort))
    self.init(bufferID: bufferID, metadata: metadata, actions: actions, packet: packet)
  }

  public init(
    bufferID: UInt32 = FlowMod.noBuffer, metadata: Match, actions: [any Action], packet: [UInt8]
  ) {
    self.bufferID = bufferID
    self.metadata = metadata
    self.actions = actions
    self.packet = packet
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    bufferID = try reader.u32()
    let length: Int
    if context.version >= .v15 {
      length = Int(try reader.u16())
      try reader.skip(2)
      metadata = try PacketMetadata.readMatch(
        from: &reader, context, pipelineFieldsOnly: true)
      guard metadata.keyMask.inPort != 0 else { throw .badPort }
    } else {
      var metadata = Match()
      metadata.set(.inPort, UInt128(try reader.port(context)))
      self.metadata = metadata
      length = Int(try reader.u16())
      if context.version >= .v11 { try reader.skip(6) }
    }
    actions = try ActionCodec.read(length: length, from: &reader, context)
    packet = Array(reader.rest())
    guard Self.isInput(inPort) else { throw .badPort }
  }

  /// Ports that a packet may be said to come from.
  private static func isInput(_ port: UInt16) -> Bool {
    port < OpenFlowPort.max || port == OpenFlowPort.local || port == OpenFlowPort.none
      || port == OpenFlowPort.controller
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(bufferID)
    if context.version < .v15 { writer.port(inPort, context) }
    let length = writer.count
    writer.u16(0)
    if context.version >= .v15 {
      writer.zeros(2)
      PacketMetadata.writeMatch(metadata, to: &writer, context)
    } else if context.version >= .v11 {
      writer.zeros(6)
    }
    let start = writer.count
    ActionCodec.write(actions, to: &writer, context)
    writer.patch16(at: length, writer.count - start)
    writer.append(packet)
  }
}
