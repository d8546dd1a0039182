import Fields

/// Tells that a flow is gone, and what it did. Nicira's form of OpenFlow 1.0 goes to connections that
/// use its matches.
public struct FlowRemoved: Message {
  private static let standard = MessageIdentity.type(11)
  private static let extended = MessageIdentity.nicira(14)

  public static let places = [
    MessagePlace(standard, .v10 ... .v15), MessagePlace(extended, .v10 ... .v15),
  ]

  public enum Reason: UInt8, Sendable {
    case idleTimeout, hardTimeout, delete, groupDelete, meterDelete, eviction
  }

  /// One of `Reason`, from whom it can be trusted.
  public var reason: UInt8 = Reason.delete.rawValue
  /// 255 when it is not told.
  public var table: UInt8 = 0
  public var match = Match()
  public var priority = FlowMod.defaultPriority
  public var cookie: UInt64 = 0
  /// Nanoseconds.
  public var duration: UInt64 = 0
  public var idleTimeout: UInt16 = 0
  /// Told by 1.2 and later.
  public var hardTimeout: UInt16 = 0
  public var packetCount: UInt64 = 0
  public var byteCount: UInt64 = 0

  public init(_ reason: Reason) { self.reason = reason.rawValue }

  public func identity(in context: WireContext) -> MessageIdentity? {
    context.version == .v10 && context.nxm ? Self.extended : Self.standard
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    self.init(.delete)
    if identity == Self.standard && context.version >= .v15 {
      try readDescription(from: &reader, context)
    } else {
      try readStandard(from: &reader, as: identity, context)
    }
  }

  private mutating func readStandard(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    let isFixed = identity == Self.standard && context.version == .v10
    if isFixed { match = try Match.readFixed(from: &reader).match }
    cookie = try reader.u64()
    priority = try reader.u16()
    reason = try reader.u8()
    // Nicira writes one more than the number.
    table = try reader.u8()
    if identity == Self.extended { table = table &- 1 }
    if isFixed { table = FlowMod.anyTable }
    duration = try reader.duration()
    idleTimeout = try reader.u16()
    let next = try reader.u16()
    packetCount = try reader.u64()
    byteCount = try reader.u64()
    if identity == Self.extended {
      match = try Match.readExtensible(length: Int(next), from: &reader, context).match
    } else if !isFixed {
      hardTimeout = next
      match = try Match.read(from: &reader, context)
    }
  }

  private mutating func readDescription(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    table = try reader.u8()
    reason = try reader.u8()
    priority = try reader.u16()
    idleTimeout = try reader.u16()
    hardTimeout = try reader.u16()
    cookie = try reader.u64()
    match = try Match.read(from: &reader, context)
    let counts = try FlowCounts(from: &reader)
    duration = counts.duration ?? 0
    packetCount = counts.packetCount ?? .max
    byteCount = counts.byteCount ?? .max
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    if identity == Self.standard && context.version >= .v15 {
      return writeDescription(to: &writer, context)
    }
    let isFixed = identity == Self.standard && context.version == .v10
    if isFixed { match.writeFixed(to: &writer) }
    writer.u64(cookie)
    writer.u16(priority)
    writer.u8(wireReason(context))
    writer.u8(isFixed ? 0 : identity == Self.extended ? table &+ 1 : table)
    writer.duration(duration)
    writer.u16(idleTimeout)
    let next = writer.count
    writer.u16(identity == Self.standard && !isFixed ? hardTimeout : 0)
    writer.u64(packetCount)
    writer.u64(byteCount)
    if identity == Self.extended {
      writer.patch16(at: next, match.writeExtensible(to: &writer, options: context.tunnelOptions))
    } else if !isFixed {
      match.write(to: &writer, context)
    }
  }

  /// That a meter went away is a reason of 1.4.
  private func wireReason(_ context: WireContext) -> UInt8 {
    reason == Reason.meterDelete.rawValue && context.version < .v14
      ? Reason.delete.rawValue : reason
  }

  private func writeDescription(to writer: inout WireWriter, _ context: WireContext) {
    writer.u8(table)
    writer.u8(reason)
    writer.u16(priority)
    writer.u16(idleTimeout)
    writer.u16(hardTimeout)
    writer.u64(cookie)
    match.write(to: &writer, context)
    var counts = FlowCounts()
    counts.duration = duration
    counts.packetCount = packetCount
    counts.byteCount = byteCount
    counts.write(to: &writer)
  }
}
