import Fields

/// A request to add, modify or delete flows. `FlowMod+Wire` has its encodings.
public struct FlowMod: Sendable {
  public enum Command: UInt8, Sendable {
    case add, modify, modifyStrict, delete, deleteStrict
  }

  /// Flags of OpenFlow 1.0.
  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let sendFlowRemoved = Flags(rawValue: 1)
    public static let checkOverlap = Flags(rawValue: 2)
    public static let emergency = Flags(rawValue: 4)
  }

  /// Table of a request that names none: an addition goes to table 0, everything else to all tables.
  public static let anyTable: UInt8 = 0xff
  /// Priority of flow text that gives none.
  public static let defaultPriority: UInt16 = 0x8000
  /// `bufferID` of a request that has no buffered packet.
  public static let noBuffer: UInt32 = 0xffff_ffff

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
  /// Seconds, 0 for never.
  public var idleTimeout: UInt16 = 0
  public var hardTimeout: UInt16 = 0
  public var flags: Flags = []
  /// Deletions only concern flows that output to this port, unless it is `OpenFlowPort.none`.
  public var outPort = OpenFlowPort.none
  public var bufferID = noBuffer
  public var actions: [any Action] = []

  public init(_ command: Command = .add) { self.command = command }
}

extension FlowMod.Flags {
  /// The flags that there are.
  static let known: FlowMod.Flags = [.sendFlowRemoved, .checkOverlap, .emergency]
}
