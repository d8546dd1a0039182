/// Has the switch run actions on a packet.
public struct PacketOut: Message {
  public static let places = [MessagePlace(.type(13))]

  public let bufferID: UInt32
  /// The port that the packet is said to have come from.
  public let inPort: UInt16
  public let actions: [any Action]
  public let packet: [UInt8]

  public init(
    bufferID: UInt32 = FlowMod.noBuffer, inPort: UInt16, actions: [any Action], packet: [UInt8]
  ) {
    self.bufferID = bufferID
    self.inPort = inPort
    self.actions = actions
    self.packet = packet
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    bufferID = try reader.u32()
    inPort = try reader.u16()
    guard Self.isInput(inPort) else { throw .badPort }
    let length = Int(try reader.u16())
    actions = try ActionCodec.read(length: length, from: &reader, context)
    packet = Array(reader.rest())
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
    writer.u16(inPort)
    let length = writer.count
    writer.u16(0)
    let start = writer.count
    ActionCodec.write(actions, to: &writer, context)
    writer.patch16(at: length, writer.count - start)
    writer.append(packet)
  }
}
