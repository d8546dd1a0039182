/// An OpenFlow action: one type per action, one file per type in this folder: wire, text, checks.
/// What it *means* is said in `Pipeline/Translate/Actions`, by a conformance to `TranslatableAction`.
///
/// Values, hence any thread. `ActionCatalog` lists the types; a test fails on a file it does not name.
public protocol Action: Sendable {
  /// The words that flow text uses for the action (`ActionText` compares them without case).
  static var keywords: [String] { get }

  /// Reads what follows the word: `output:2` has the argument `2`. One word may mean more than one
  /// action.
  static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action]

  /// Appends the action as flow text writes it (ovs-actions(7)), e.g. `output:2`.
  func appendText(to text: inout String)

  /// Every place where the wire has this action, and the versions in which it is there; none for an
  /// action that no version which the switch speaks can express.
  static var places: [ActionPlace] { get }

  /// Reads the body that follows the header of `identity`. What is left over is padding.
  static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action

  /// Where the action goes in `context`: by default its first place in that version.
  func identity(in context: WireContext) -> ActionIdentity?

  /// What is written instead of the action where a version has no such action but can say the same
  /// with others; nil where it is written as itself.
  func substitutes(in context: WireContext) -> [any Action]?

  /// The instruction that the action is, or stands in.
  func instruction(in version: OpenFlowVersion) -> Instruction

  /// When an action set performs the action; nil for one that may not stand there.
  static var actionSetSlot: ActionSetSlot? { get }

  /// Writes the body; padding to a multiple of eight bytes follows by itself.
  func write(to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext)

  /// Checks the action against what is known of the packets that it will see, and tells the checker
  /// what it changes about them.
  func check(_ packets: inout ActionCheck) throws(OpenFlowError)

  /// The group or meter that the action names, and the actions inside it: what a flow depends on.
  var group: UInt32? { get }
  var meter: UInt32? { get }
  var nestedActions: [any Action] { get }

  /// Whether two actions are the same (for flow-mod "modify" and revalidation).
  func isEqual(to other: any Action) -> Bool
}

extension Action {
  public func identity(in context: WireContext) -> ActionIdentity? {
    Self.places.first { $0.versions.contains(context.version) }?.identity
  }

  public func substitutes(in context: WireContext) -> [any Action]? { nil }

  public func instruction(in version: OpenFlowVersion) -> Instruction { .applyActions }

  public static var actionSetSlot: ActionSetSlot? { nil }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {}

  public var group: UInt32? { nil }
  public var meter: UInt32? { nil }
  public var nestedActions: [any Action] { [] }
}

extension Action {
  /// Whether it is an action of this type: what `is` says, but at no cost.
  @inlinable @inline(__always)
  public func isA<T: Action>(_: T.Type) -> Bool { type(of: self) == T.self }
}

extension Action where Self: Equatable {
  public func isEqual(to other: any Action) -> Bool { (other as? Self) == self }
}

/// Which action it is, as the wire says it.
public enum ActionIdentity: Hashable, Sendable {
  case standard(UInt16)
  case nicira(UInt16)
  /// An extension of the ONF's.
  case onf(UInt16)
}

/// A place of an action on the wire.
public struct ActionPlace: Sendable {
  public let identity: ActionIdentity
  public let versions: ClosedRange<OpenFlowVersion>
  /// Allowed lengths of the whole action.
  public let length: ClosedRange<Int>

  /// An action of one length.
  public init(
    _ identity: ActionIdentity, _ versions: ClosedRange<OpenFlowVersion>, length: Int
  ) {
    self.init(identity, versions, lengths: length...length)
  }

  public init(
    _ identity: ActionIdentity, _ versions: ClosedRange<OpenFlowVersion>,
    lengths: ClosedRange<Int>
  ) {
    self.identity = identity
    self.versions = versions
    self.length = lengths
  }
}
