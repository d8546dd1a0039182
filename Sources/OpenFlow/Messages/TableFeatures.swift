import Fields

/// What a table can do: its own entry in the reply of OpenFlow 1.3 and later. All tables of the switch
/// can do everything, but for going on in a table before them.
public struct TableFeatures: Hashable, Sendable {
  /// What the rules of a table may do, apart for those that match everything ("table miss").
  public struct Rules: Hashable, Sendable {
    public var instructions: Set<Instruction> = []
    public var nextTables: Set<UInt8> = []
    /// Bits of the specification's actions.
    public var writeActions: UInt32 = 0
    public var applyActions: UInt32 = 0
    public var writeFields: Set<MatchField> = []
    public var applyFields: Set<MatchField> = []

    public init() {}
  }

  /// What a request wants done (1.5).
  public enum Command: UInt8, Sendable { case replace, modify, enable, disable }

  public var table: UInt8
  public var command = Command.replace
  public var name = ""
  public var metadataMatch = UInt64.max
  public var metadataWrite = UInt64.max
  /// Bits of 1.4's table configuration.
  public var capabilities: UInt32 = 0
  public var maxFlows: UInt32
  /// Nil when the message says nothing of what rules may do.
  public var rules: Rules?
  public var missRules: Rules?
  /// Fields that may be matched; that may have any mask; that may be left out.
  public var matchFields: Set<MatchField> = []
  public var maskFields: Set<MatchField> = []
  public var wildcardFields: Set<MatchField> = []

  public init(table: UInt8, maxFlows: UInt32) {
    self.table = table
    self.maxFlows = maxFlows
  }

  /// What a table of the switch can do.
  public static func complete(
    table: UInt8, name: String, maxFlows: UInt32, _ version: OpenFlowVersion
  ) -> TableFeatures {
    var features = TableFeatures(table: table, maxFlows: maxFlows)
    features.name = name
    var rules = Rules()
    rules.instructions = Set(instructions(version, isLast: table >= lastTable))
    rules.nextTables = table < lastTable ? Set(table + 1...lastTable) : []
    rules.writeActions = StandardActions.bits(in: version)
    rules.applyActions = rules.writeActions
    rules.writeFields = Set(writable)
    rules.applyFields = rules.writeFields
    features.rules = rules
    features.missRules = rules
    features.matchFields = Set(matchable)
    features.maskFields = Set(matchable.filter { $0.maskable == .arbitrary })
    features.wildcardFields = features.matchFields
    return features
  }

  /// Whether a table that can do this can do all that `other` asks for.
  public func covers(_ other: TableFeatures) -> Bool {
    guard metadataMatch & other.metadataMatch == other.metadataMatch,
      metadataWrite & other.metadataWrite == other.metadataWrite,
      capabilities & other.capabilities == other.capabilities, maxFlows >= other.maxFlows,
      matchFields.isSuperset(of: other.matchFields), maskFields.isSuperset(of: other.maskFields),
      wildcardFields.isSuperset(of: other.wildcardFields)
    else { return false }
    return Self.covers(rules, other.rules) && Self.covers(missRules, other.missRules)
  }

  private static func covers(_ a: Rules?, _ b: Rules?) -> Bool {
    guard let b else { return true }
    guard let a else { return false }
    return a.instructions.isSuperset(of: b.instructions)
      && a.nextTables.isSuperset(of: b.nextTables)
      && a.writeActions & b.writeActions == b.writeActions
      && a.applyActions & b.applyActions == b.applyActions
      && a.writeFields.isSuperset(of: b.writeFields)
      && a.applyFields.isSuperset(of: b.applyFields)
  }

  /// Takes over what `old` says of rules and fields.
  public mutating func keepProperties(of old: TableFeatures) {
    rules = old.rules
    missRules = old.missRules
    matchFields = old.matchFields
    maskFields = old.maskFields
    wildcardFields = old.wildcardFields
  }

  // MARK: What the switch can do

  /// The last table that controllers may use.
  public static let lastTable: UInt8 = 253

  /// Fields that flows can match, in the catalog's order.
  static let matchable: [MatchField] = MatchFieldCatalog.all.filter { !$0.headers.isEmpty }
  /// Fields that actions can set.
  static let writable: [MatchField] = matchable.filter(\.writable)

  /// All bits of 1.1's fields but the one that nobody knows the meaning of.
  static let fields11: UInt32 = 0xfbff

  static func instructions(_ version: OpenFlowVersion, isLast: Bool) -> [Instruction] {
    Instruction.all(in: version).filter { $0 != .gotoTable || !isLast }
  }

  /// The fields of the specification's own class as 1.2's bits.
  static func oxmBits(_ fields: [MatchField]) -> UInt64 {
    fields.reduce(0) { bits, field in
      guard let header = field.header(in: OpenFlowVersion.v12.rawValue), header.oxmClass == 0x8000,
        header.field < 64
      else {
        return bits
      }
      return bits | 1 << UInt64(header.field)
    }
  }
}
