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

  /// Writes the body; padding to a multiple of eight bytes follows by itself.
  func write(to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext)

  /// Checks the action against what is known of the packets that it will see, and tells the checker
  /// what it changes about them.
  func check(_ packets: inout ActionCheck) throws(OpenFlowError)

  /// Whether two actions are the same (for flow-mod "modify" and revalidation).
  func isEqual(to other: any Action) -> Bool
}

extension Action {
  public func identity(in context: WireContext) -> ActionIdentity? {
    Self.places.first { $0.versions.contains(context.version) }?.identity
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {}
}

extension Action where Self: Equatable {
  public func isEqual(to other: any Action) -> Bool { (other as? Self) == self }
}

/// Which action it is, as the wire says it.
public enum ActionIdentity: Hashable, Sendable {
  case standard(UInt16)
  case nicira(UInt16)
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
