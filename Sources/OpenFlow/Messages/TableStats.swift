import Fields

/// Asks for the tables and their counters.
public struct TableStatsRequest: EmptyMessage {
  public static let places = [MessagePlace(.statsRequest(3), .v10 ... .v15)]
  public init() {}
}

/// Every table, in the order of its number. Up to 1.2 it also says what tables can do; from 1.3 on
/// that is `TableFeaturesReply`.
public struct TableStatsReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(3), .v10 ... .v15)]

  public struct Table: Hashable, Sendable {
    public var number: UInt8
    public var name: String
    public var maxFlows: UInt32
    public var flowCount: UInt32
    public var lookupCount: UInt64
    public var matchedCount: UInt64
    /// What becomes of packets without a flow (1.1 and 1.2).
    public var miss: TableMod.Miss = .byVersion

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
    let version = context.version
    let number = try reader.u8()
    try reader.skip(version == .v11 || version == .v12 ? 7 : 3)
    let hasFeatures = version < .v13
    let name = hasFeatures ? try reader.text(32) : ""
    if hasFeatures { try reader.skip(featureBytes(version)) }
    var miss = TableMod.Miss.byVersion
    if version == .v11 { miss = TableMod.Miss(rawValue: try reader.u32()) ?? .byVersion }
    if version == .v12 { miss = TableMod.Miss(bits: try reader.u32()) }
    var table = Table(
      number: number, name: name, maxFlows: hasFeatures ? try reader.u32() : 0,
      flowCount: try reader.u32(), lookupCount: try reader.u64(), matchedCount: try reader.u64())
    table.miss = miss
    return table
  }

  /// Bytes between the name and the table's configuration (or its size).
  private static func featureBytes(_ version: OpenFlowVersion) -> Int {
    switch version {
    case .v10: 4
    case .v11: 20
    default: 60
    }
  }

  public static func write(
    _ entry: Table, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    let version = context.version
    writer.u8(entry.number)
    writer.zeros(version == .v11 || version == .v12 ? 7 : 3)
    if version < .v13 {
      writer.text(entry.name, 32)
      writeFeatures(isLast: entry.number == TableFeatures.lastTable, to: &writer, version)
      // 1.1's numbers are not those of its table-mod, but OVS's own.
      if version == .v11 { writer.u32(entry.miss.rawValue) }
      if version == .v12 { writer.u32(entry.miss.bits) }
      writer.u32(entry.maxFlows)
    }
    writer.u32(entry.flowCount)
    writer.u64(entry.lookupCount)
    writer.u64(entry.matchedCount)
  }

  private static func writeFeatures(
    isLast: Bool, to writer: inout WireWriter, _ version: OpenFlowVersion
  ) {
    let instructions = TableFeatures.instructions(version, isLast: isLast)
    let instructionBits = instructions.reduce(UInt32(0)) { $0 | 1 << UInt32($1.wireType) }
    let actions = StandardActions.bits(in: version)
    switch version {
    case .v10:
      // Every field of OpenFlow 1.0's match may be wildcarded.
      writer.u32(Match.allWildcards10)
    case .v11:
      // Likewise the fields of 1.1's.
      writer.u32(TableFeatures.fields11)
      writer.u32(TableFeatures.fields11)
      for bits in [instructionBits, actions, actions] { writer.u32(bits) }
    default:
      let matchable = TableFeatures.oxmBits(TableFeatures.matchable)
      let writable = TableFeatures.oxmBits(TableFeatures.writable)
      writer.u64(matchable)
      writer.u64(matchable)
      writer.u32(actions)
      writer.u32(actions)
      writer.u64(writable)
      writer.u64(writable)
      writer.u64(.max)
      writer.u64(.max)
      writer.u32(instructionBits)
    }
  }
}
