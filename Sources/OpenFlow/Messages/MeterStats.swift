/// Asks for the counters of a meter or of all.
public struct MeterStatsRequest: Message {
  public static let places = [MessagePlace(.statsRequest(9), .v13 ... .v15)]

  public let meterID: UInt32

  public init(meterID: UInt32) { self.meterID = meterID }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    meterID = try reader.u32()
    try reader.skip(4)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(meterID)
    writer.zeros(4)
  }
}

/// What came to meters, and what their bands stopped.
public struct MeterStatsReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(9), .v13 ... .v15)]

  public struct Counts: Hashable, Sendable {
    public var packets: UInt64
    public var bytes: UInt64
    public init(packets: UInt64 = 0, bytes: UInt64 = 0) {
      self.packets = packets
      self.bytes = bytes
    }
  }

  public struct Meter: Hashable, Sendable {
    public var id: UInt32
    /// How many flows use the meter.
    public var flowCount: UInt32 = 0
    public var received = Counts()
    /// Nanoseconds.
    public var duration: UInt64 = 0
    public var bands: [Counts] = []

    public init(id: UInt32) { self.id = id }
  }

  public let entries: [Meter]

  public init(entries: [Meter]) { self.entries = entries }

  public init(entries: [Meter], as identity: MessageIdentity) { self.init(entries: entries) }

  private static let nanosecondsPerSecond: UInt64 = 1_000_000_000

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Meter {
    var meter = Meter(id: try reader.u32())
    let length = Int(try reader.u16())
    guard length >= 40 else { throw .badLength }
    var entry = try reader.sub(length - 6, tooShort: .badLength)
    try entry.skip(6)
    meter.flowCount = try entry.u32()
    meter.received = Counts(packets: try entry.u64(), bytes: try entry.u64())
    let seconds = UInt64(try entry.u32())
    meter.duration = seconds * nanosecondsPerSecond + UInt64(try entry.u32())
    while !entry.isAtEnd {
      meter.bands.append(Counts(packets: try entry.u64(), bytes: try entry.u64()))
    }
    return meter
  }

  public static func write(
    _ entry: Meter, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    let start = writer.count
    writer.u32(entry.id)
    writer.zeros(8)
    writer.u32(entry.flowCount)
    writer.u64(entry.received.packets)
    writer.u64(entry.received.bytes)
    writer.u32(UInt32(truncatingIfNeeded: entry.duration / nanosecondsPerSecond))
    writer.u32(UInt32(truncatingIfNeeded: entry.duration % nanosecondsPerSecond))
    for band in entry.bands {
      writer.u64(band.packets)
      writer.u64(band.bytes)
    }
    writer.patch16(at: start + 4, writer.count - start)
  }
}
