import Fields

/// A request to add, modify or delete flows. `FlowMod+Wire` has its encodings.
public struct FlowMod: Sendable {
  public enum Command: UInt8, Sendable {
    case add, modify, modifyStrict, delete, deleteStrict
  }

  /// The bits of OpenFlow 1.3 and later, but for 1.0's `emergency`.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let sendFlowRemoved = Flags(rawValue: 1)
    public static let checkOverlap = Flags(rawValue: 2)
    /// A flow that is replaced or modified loses its counts. Additions of 1.0 and 1.1 always mean it.
    public static let resetCounts = Flags(rawValue: 4)
    public static let noPacketCounts = Flags(rawValue: 8)
    public static let noByteCounts = Flags(rawValue: 16)
    public static let emergency = Flags(rawValue: 1 << 15)
    /// Not on the wire: the switch's own flows may go into its own table.
    public static let noReadOnly = Flags(rawValue: 1 << 14)
  }

  /// Table of a request that names none: an addition goes to table 0, everything else to all tables.
  public static let anyTable: UInt8 = 0xff
  /// Priority of flow text that gives none.
  public static let defaultPriority: UInt16 = 0x8000
  /// `bufferID` of a request that has no buffered packet.
  public static let noBuffer: UInt32 = 0xffff_ffff
  /// `outGroup` of a request that does not ask for a group.
  public static let anyGroup: UInt32 = 0xffff_ffff

  public var command: Command
  public var match = Match()
  public var priority = defaultPriority
  public var table = anyTable
  /// For an addition the flow's cookie; for the rest a condition under `cookieMask`.
  public var cookie: UInt64 = 0
  /// Bits of the cookie that a flow must have to be modified or deleted.
  public var cookieMask: UInt64 = 0
  /// The cookie that modified flows get, nil to keep theirs.
  public var newCookie: UInt64?
  /// Whether a modification that concerns no flow adds one (with `newCookie`, or else `cookie`). Those
  /// of 1.2 and later don't, and none that asks for a cookie.
  public var addsWhenNone = true
  /// Seconds, 0 for never.
  public var idleTimeout: UInt16 = 0
  public var hardTimeout: UInt16 = 0
  public var flags: Flags = []
  /// How much the flow is worth when flows have to go (1.4 and later).
  public var importance: UInt16 = 0
  /// Deletions only concern flows that output to this port, unless it is `OpenFlowPort.none`.
  public var outPort = OpenFlowPort.none
  /// The same for groups.
  public var outGroup = anyGroup
  public var bufferID = noBuffer
  public var actions: [any Action] = [] {
    didSet { knownTraits = nil }
  }
  private var knownTraits: ActionTraits?
  /// Of the actions.
  public var traits: ActionTraits { knownTraits ?? ActionTraits(of: actions) }

  /// Takes actions over whose traits are known.
  mutating func setActions(_ list: KnownActions.List) {
    actions = list.actions
    knownTraits = list.traits
  }

  public init(_ command: Command = .add) { self.command = command }
}

extension FlowMod.Flags {
  /// The flags that a version knows. In 1.0 the place of `resetCounts` is that of `emergency`.
  static func known(in version: OpenFlowVersion) -> FlowMod.Flags {
    switch version {
    case .v10: [.sendFlowRemoved, .checkOverlap, .emergency]
    case .v11: [.sendFlowRemoved, .checkOverlap]
    case .v12: [.sendFlowRemoved, .checkOverlap, .resetCounts]
    default: [.sendFlowRemoved, .checkOverlap, .resetCounts, .noPacketCounts, .noByteCounts]
    }
  }

  /// Reads a version's bits; unknown ones are left over in `unknown`.
  static func read(_ bits: UInt16, _ version: OpenFlowVersion) -> (FlowMod.Flags, unknown: Bool) {
    var flags = FlowMod.Flags(rawValue: bits)
    if version == .v10 && flags.remove(.resetCounts) != nil { flags.insert(.emergency) }
    return (flags.intersection(known(in: version)), !flags.isSubset(of: known(in: version)))
  }

  func bits(in version: OpenFlowVersion) -> UInt16 {
    var flags = intersection(.known(in: version))
    if flags.remove(.emergency) != nil { flags.insert(.resetCounts) }
    return flags.rawValue
  }
}
