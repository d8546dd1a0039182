/// Asks for the counters of a group or of all.
public struct GroupStatsRequest: Message {
  public static let places = [
    MessagePlace(.niciraStatsRequest(7)), MessagePlace(.statsRequest(6), .v11 ... .v15),
  ]

  public let groupID: UInt32

  public init(groupID: UInt32) { self.groupID = groupID }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    groupID = try reader.u32()
    try reader.skip(4)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(groupID)
    writer.zeros(4)
  }
}

/// Counters of groups and of their buckets. Since OpenFlow 1.3 with the time they have been there.
public struct GroupStatsReply: EntryReply {
  public static let places = [
    MessagePlace(.niciraStatsReply(7)), MessagePlace(.statsReply(6), .v11 ... .v15),
  ]

  public struct Counts: Hashable, Sendable {
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
    public init() {}
  }

  public struct Group: Hashable, Sendable {
    public var id: UInt32
    /// How many flows refer to the group.
    public var references: UInt32 = 0
    public var counts = Counts()
    public var buckets: [Counts] = []
    /// Nanoseconds.
    public var duration: UInt64 = 0

    public init(id: UInt32) { self.id = id }
  }

  public let entries: [Group]

  public init(entries: [Group]) { self.entries = entries }

  public init(entries: [Group], as identity: MessageIdentity) { self.init(entries: entries) }

  private static func hasDuration(_ context: WireContext) -> Bool {
    context.version == .v10 || context.version >= .v13
  }

  private static let nanosecondsPerSecond: UInt64 = 1_000_000_000

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Group {
    let length = Int(try reader.u16())
    guard length >= 32 else { throw .badLength }
    var entry = try reader.sub(length - 2, tooShort: .badLength)
    try entry.skip(2)
    var group = Group(id: try entry.u32())
    group.references = try entry.u32()
    try entry.skip(4)
    group.counts = try counts(from: &entry)
    if hasDuration(context) {
      let seconds = UInt64(try entry.u32())
      group.duration = seconds * nanosecondsPerSecond + UInt64(try entry.u32())
    }
    while !entry.isAtEnd { group.buckets.append(try counts(from: &entry)) }
    return group
  }

  private static func counts(from reader: inout WireReader) throws(OpenFlowError) -> Counts {
    var counts = Counts()
    counts.packets = try reader.u64()
    counts.bytes = try reader.u64()
    return counts
  }

  public static func write(
    _ entry: Group, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    let start = writer.count
    writer.zeros(4)
    writer.u32(entry.id)
    writer.u32(entry.references)
    writer.zeros(4)
    write(entry.counts, to: &writer)
    if hasDuration(context) {
      writer.u32(UInt32(truncatingIfNeeded: entry.duration / nanosecondsPerSecond))
      writer.u32(UInt32(truncatingIfNeeded: entry.duration % nanosecondsPerSecond))
    }
    for bucket in entry.buckets { write(bucket, to: &writer) }
    writer.patch16(at: start, writer.count - start)
  }

  private static func write(_ counts: Counts, to writer: inout WireWriter) {
    writer.u64(counts.packets)
    writer.u64(counts.bytes)
  }
}
