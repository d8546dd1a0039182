/// What a list of actions asks of the switch, besides being done to packets. It is found out once per
/// list, so that whoever adds a million flows need not walk through their actions for each question.
///
/// A trait says that an action has it, also one inside of another.
public struct ActionTraits: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Names groups or meters.
  public static let references = ActionTraits(rawValue: 1)
  /// Needs connection tracking.
  public static let tracking = ActionTraits(rawValue: 2)
  /// Learns flows.
  public static let learning = ActionTraits(rawValue: 4)
  /// The list is a flow's part in conjunctions: those stand in front, among nothing but notes.
  public static let clauses = ActionTraits(rawValue: 8)

  public init(of actions: [any Action]) {
    self = []
    actions.forEachNested { formUnion($0.traits) }
    guard let first = actions.first,
      first.isA(ConjunctionAction.self) || first.isA(NoteAction.self)
    else {
      remove(.clauses)
      return
    }
  }
}

extension Action {
  fileprivate var traits: ActionTraits {
    var traits: ActionTraits = group != nil || meter != nil ? .references : []
    if isA(ConnTrack.self) { traits.insert(.tracking) }
    if isA(Resubmit.self), (self as? Resubmit)?.usesConnection == true { traits.insert(.tracking) }
    if isA(LearnAction.self) { traits.insert(.learning) }
    if isA(ConjunctionAction.self) { traits.insert(.clauses) }
    return traits
  }
}
