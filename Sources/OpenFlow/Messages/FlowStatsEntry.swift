import Fields

/// A flow and its statistics, as a reply tells them.
public struct FlowStats: Sendable {
  public var table: UInt8 = 0
  public var match = Match()
  public var priority = FlowMod.defaultPriority
  public var cookie: UInt64 = 0
  /// Time since the flow was added or changed, in nanoseconds.
  public var duration: UInt64 = 0
  public var idleTimeout: UInt16 = 0
  public var hardTimeout: UInt16 = 0
  /// Seconds since the last packet and since the last change; nil when not told. (On the wire of
  /// Nicira's form: one more than that, 0 for nil. OpenFlow 1.0's own form has no room for them.)
  public var idleAge: UInt16?
  public var hardAge: UInt16?
  public var packetCount: UInt64 = 0
  public var byteCount: UInt64 = 0
  public var actions: [any Action] = []

  public init() {}

  private static let nanosecondsPerSecond: UInt64 = 1_000_000_000

  /// Reads what follows the entry's length.
  init(
    from reader: inout WireReader, extended: Bool, _ context: WireContext
  ) throws(OpenFlowError) {
    table = try reader.u8()
    try reader.skip(1)
    if !extended { match = try Match.readFixed(from: &reader).match }
    let seconds = try reader.u32()
    let nanoseconds = try reader.u32()
    duration = UInt64(seconds) * Self.nanosecondsPerSecond + UInt64(nanoseconds)
    priority = try reader.u16()
    idleTimeout = try reader.u16()
    hardTimeout = try reader.u16()
    var matchLength = 0
    if extended {
      matchLength = Int(try reader.u16())
      idleAge = Self.age(try reader.u16())
      hardAge = Self.age(try reader.u16())
    } else {
      try reader.skip(6)
    }
    cookie = try reader.u64()
    packetCount = try reader.u64()
    byteCount = try reader.u64()
    if extended { match = try Match.readExtensible(length: matchLength, from: &reader).match }
    actions = try ActionCodec.read(length: reader.remaining, from: &reader, context)
  }

  func write(to writer: inout WireWriter, extended: Bool, _ context: WireContext) {
    let start = writer.count
    writer.u16(0)
    writer.u8(table)
    writer.zeros(1)
    if !extended { match.writeFixed(to: &writer) }
    writer.u32(UInt32(truncatingIfNeeded: duration / Self.nanosecondsPerSecond))
    writer.u32(UInt32(truncatingIfNeeded: duration % Self.nanosecondsPerSecond))
    writer.u16(priority)
    writer.u16(idleTimeout)
    writer.u16(hardTimeout)
    let matchLength = writer.count
    if extended {
      writer.u16(0)
      writer.u16(Self.wireAge(idleAge))
      writer.u16(Self.wireAge(hardAge))
    } else {
      writer.zeros(6)
    }
    writer.u64(cookie)
    writer.u64(packetCount)
    writer.u64(byteCount)
    if extended { writer.patch16(at: matchLength, match.writeExtensible(to: &writer)) }
    ActionCodec.write(actions, to: &writer, context)
    writer.patch16(at: start, writer.count - start)
  }

  private static func age(_ wire: UInt16) -> UInt16? { wire == 0 ? nil : wire - 1 }

  private static func wireAge(_ age: UInt16?) -> UInt16 {
    age.map { $0 == .max ? .max : $0 + 1 } ?? 0
  }
}
