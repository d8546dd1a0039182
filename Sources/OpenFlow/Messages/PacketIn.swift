import Fields

/// A packet for a controller, with what the switch knows of it.
///
/// Six encodings: those of OpenFlow 1.0, 1.1, 1.2 and 1.3, and Nicira's two (`PacketInFormat`). The
/// switch has no packet buffers: every packet-in has the whole packet, whatever `max_len` the action
/// or `miss_send_len` the connection asked for, and no buffer's number. So does OVS since 2.7.
public struct PacketIn: Message {
  static let standard = MessageIdentity.type(10)
  static let nxt = MessageIdentity.nicira(17)
  static let nxt2 = MessageIdentity.nicira(30)

  public static let places = [
    MessagePlace(standard, .v10 ... .v15), MessagePlace(nxt, .v10 ... .v15),
    MessagePlace(nxt2, .v10 ... .v15),
  ]

  public var reason: PacketInReason
  public var table: UInt8 = 0
  /// Of the flow that sent the packet; nil when there is none.
  public var cookie: UInt64?
  /// The input port and all other metadata that are not zero.
  public var metadata: Match
  /// Only as much of the packet as the message has room for.
  public var packet: [UInt8]
  /// The packet's whole length.
  public var totalLength: Int
  public var userdata: [UInt8] = []
  /// What is left to do with the packet, when the switch waits for the controller to resume it.
  public var continuation: Continuation?

  public init(_ reason: PacketInReason, packet: [UInt8], metadata: Match) {
    self.reason = reason
    self.packet = packet
    self.metadata = metadata
    totalLength = packet.count
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    switch context.packetInFormat {
    case .standard: Self.standard
    case .nxt: Self.nxt
    case .nxt2: Self.nxt2
    }
  }

  // MARK: Reading

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    switch identity {
    case Self.nxt2: self = try PacketInProperties.read(from: &reader, context)
    case Self.nxt: try self.init(nxtFrom: &reader, context)
    default: try self.init(standardFrom: &reader, context)
    }
  }

  private init(
    standardFrom reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    try reader.skip(4)
    self.init(.action, packet: [], metadata: Match())
    if context.version == .v11 {
      metadata.set(.inPort, UInt128(try reader.port32()))
      try reader.skip(4)
    }
    totalLength = Int(try reader.u16())
    if context.version == .v10 { metadata.set(.inPort, UInt128(try reader.u16())) }
    reason = PacketInReason(rawValue: try reader.u8())
    table = try reader.u8()
    if context.version == .v10 { table = 0 }
    if context.version >= .v13 { cookie = Self.cookie(try reader.u64()) }
    if context.version >= .v12 {
      metadata = try PacketMetadata.readMatch(
        from: &reader, context, pipelineFieldsOnly: false)
      try reader.skip(2)
    }
    packet = Array(reader.rest())
  }

  private init(
    nxtFrom reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    try reader.skip(4)
    self.init(.action, packet: [], metadata: Match())
    totalLength = Int(try reader.u16())
    reason = PacketInReason(rawValue: try reader.u8())
    table = try reader.u8()
    cookie = Self.cookie(try reader.u64())
    let length = Int(try reader.u16())
    try reader.skip(6)
    metadata = try Match.readExtensible(length: length, from: &reader, context).match
    try reader.skip(2)
    packet = Array(reader.rest())
  }

  /// All ones stand for none.
  private static func cookie(_ value: UInt64) -> UInt64? { value == .max ? nil : value }

  // MARK: Writing

  /// No packet is buffered.
  private static let noBuffer = UInt32.max

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    switch identity {
    case Self.nxt2:
      PacketInProperties.write(self, to: &writer, context)
      if !userdata.isEmpty {
        writer.property(PacketInProperties.userdata) { $0.append(userdata) }
      }
    case Self.nxt: writeNXT(to: &writer, context)
    default: writeStandard(to: &writer, context)
    }
  }

  private var inPort: UInt16 { metadata.value.key.inPort }

  private func writeStandard(to writer: inout WireWriter, _ context: WireContext) {
    writer.u32(Self.noBuffer)
    if context.version == .v11 {
      writer.u32(OpenFlowPort.to32(inPort))
      writer.u32(OpenFlowPort.to32(inPort))
    }
    writer.u16(UInt16(clamping: totalLength))
    if context.version == .v10 { writer.u16(inPort) }
    writer.u8(reason.encoded(in: context.version))
    writer.u8(context.version == .v10 ? 0 : table)
    if context.version >= .v13 { writer.u64(cookie ?? .max) }
    if context.version >= .v12 {
      PacketMetadata.writeMatch(metadata, to: &writer, context)
      writer.zeros(2)
    }
    appendPacket(to: &writer)
  }

  private func writeNXT(to writer: inout WireWriter, _ context: WireContext) {
    writer.u32(Self.noBuffer)
    writer.u16(UInt16(clamping: totalLength))
    writer.u8(reason.encoded(in: context.version))
    writer.u8(table)
    writer.u64(cookie ?? .max)
    let length = writer.count
    writer.zeros(8)
    writer.patch16(
      at: length, metadata.writeExtensible(to: &writer, options: context.tunnelOptions))
    writer.zeros(2)
    appendPacket(to: &writer)
  }

  /// As much of the packet as a message can hold.
  private func appendPacket(to writer: inout WireWriter) {
    writer.append(packet.prefix(MessageCodec.maxLength - writer.count))
  }
}
