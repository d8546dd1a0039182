/// Asks for the tables and their counters.
public struct TableStatsRequest: EmptyMessage {
  public static let places = [MessagePlace(.statsRequest(3))]
  public init() {}
}

/// Every table, in the order of its number.
public struct TableStatsReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(3))]

  public struct Table: Hashable, Sendable {
    public var number: UInt8
    public var name: String
    public var maxFlows: UInt32
    public var flowCount: UInt32
    public var lookupCount: UInt64
    public var matchedCount: UInt64

    public init(
      number: UInt8, name: String = "", maxFlows: UInt32, flowCount: UInt32, lookupCount: UInt64,
      matchedCount: UInt64
    ) {
      self.number = number
      self.name = name
      self.maxFlows = maxFlows
      self.flowCount = flowCount
      self.lookupCount = lookupCount
      self.matchedCount = matchedCount
    }
  }

  public let entries: [Table]

  public init(entries: [Table]) { self.entries = entries }

  public init(entries: [Table], as identity: MessageIdentity) { self.init(entries: entries) }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Table {
    let number = try reader.u8()
    try reader.skip(3)
    let name = try reader.text(32)
    try reader.skip(4)
    return Table(
      number: number, name: name, maxFlows: try reader.u32(), flowCount: try reader.u32(),
      lookupCount: try reader.u64(), matchedCount: try reader.u64())
  }

  public static func write(
    _ entry: Table, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    writer.u8(entry.number)
    writer.zeros(3)
    writer.text(entry.name, 32)
    // Every field of OpenFlow 1.0's match may be wildcarded.
    writer.u32(Match.allWildcards10)
    writer.u32(entry.maxFlows)
    writer.u32(entry.flowCount)
    writer.u64(entry.lookupCount)
    writer.u64(entry.matchedCount)
  }
}
