import Fields

/// The properties of NXT_PACKET_IN2 and NXT_RESUME.
enum PacketInProperties {
  private static let packet: UInt16 = 0, fullLength: UInt16 = 1, bufferID: UInt16 = 2
  private static let table: UInt16 = 3, cookie: UInt16 = 4, reason: UInt16 = 5
  private static let metadata: UInt16 = 6, continuation: UInt16 = 8
  static let userdata: UInt16 = 7

  static func read(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> PacketIn {
    var result = PacketIn(.noMatch, packet: [], metadata: Match())
    var total: Int?
    while !reader.isAtEnd {
      let property = try Property(from: &reader)
      switch property.type {
      case packet: result.packet = property.bytes
      case fullLength: total = Int(try property.u32())
      case bufferID: _ = try property.u32()
      case table: result.table = try property.u8()
      case cookie: result.cookie = try property.u64()
      case reason: result.reason = PacketInReason(rawValue: try property.u8())
      case metadata: result.metadata = try PacketMetadata.readEntries(property.reader, context)
      case userdata: result.userdata = property.bytes
      case continuation:
        var nested = try property.nested()
        result.continuation = try Continuation(from: &nested, context)
      default: throw property.unknown
      }
    }
    guard !result.packet.isEmpty else { throw .badLength }
    result.totalLength = total ?? result.packet.count
    guard result.totalLength >= result.packet.count else { throw .badLength }
    if result.cookie == .max { result.cookie = nil }
    return result
  }

  /// User data are for packet-ins alone: their writer appends them.
  static func write(_ message: PacketIn, to writer: inout WireWriter, _ context: WireContext) {
    let included = message.packet.prefix(room(for: message, context))
    writer.property(packet) { $0.append(included) }
    if included.count != message.totalLength {
      writer.property(fullLength) { $0.u32(UInt32(clamping: message.totalLength)) }
    }
    writer.property(table) { $0.u8(message.table) }
    if let value = message.cookie { writer.property64(cookie, value) }
    writer.property(reason) { $0.u8(message.reason.encoded(in: context.version)) }
    writer.property(metadata) {
      PacketMetadata.writeEntries(message.metadata, to: &$0, context)
    }
    if let state = message.continuation {
      writer.propertyNested(continuation) { state.write(to: &$0, context) }
    }
  }

  /// How much of the packet fits beside everything else: a bound, exact only when it matters.
  private static func room(for message: PacketIn, _ context: WireContext) -> Int {
    guard
      message.packet.count + message.userdata.count > MessageCodec.maxLength / 2
        || message.continuation != nil
    else { return message.packet.count }
    var rest = message
    rest.packet = []
    rest.continuation = nil
    var writer = WireWriter()
    write(rest, to: &writer, context)
    message.continuation?.write(to: &writer, context)
    // The message's own headers, and those of the properties not counted.
    let others = writer.count + message.userdata.count + 64
    return max(0, MessageCodec.maxLength - others)
  }
}
