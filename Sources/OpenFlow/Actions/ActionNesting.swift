import Fields

/// Which actions may stand in which others.
public enum ActionNesting {
  /// What a list of actions is part of.
  public enum Place: Sendable {
    case top, connTrack, clone, writeActions

    var name: String {
      switch self {
      case .top: ""
      case .connTrack: "ct"
      case .clone: "clone"
      case .writeActions: "write_actions"
      }
    }
  }

  /// What is wrong, for the peer and for people.
  struct Violation: Error {
    let error: OpenFlowError
    let text: String
  }

  /// Throws what a switch answers to actions that may not stand there.
  public static func check(
    _ actions: [any Action], inside place: Place
  ) throws(OpenFlowError) {
    do { try verify(actions, inside: place) } catch { throw error.error }
  }

  static func verify(_ actions: [any Action], inside place: Place) throws(Violation) {
    if actions.contains(where: { $0.isA(ConjunctionAction.self) }) {
      return try verifyAlone(actions)
    }
    for action in actions { try verify(action, inside: place) }
  }

  /// A flow with `conjunction` has nothing else but notes.
  private static func verifyAlone(_ actions: [any Action]) throws(Violation) {
    for action in actions
    where !action.isA(ConjunctionAction.self) && !action.isA(NoteAction.self) {
      throw Violation(
        error: .badConjunction,
        text: "\"conjunction\" actions may be used along with \"note\" but not any other kind "
          + "of action (such as the \"\(name(of: action))\" action used here)")
    }
  }

  private static func verify(_ action: any Action, inside place: Place) throws(Violation) {
    let field = action.writtenField
    let isOfConnection = field?.name == "ct_mark" || field?.name == "ct_label"
    if isOfConnection, place != .connTrack {
      throw Violation(
        error: .badSetArgument, text: "cannot set CT fields outside of ct action")
    }
    if action.isA(NATAction.self) {
      guard place == .connTrack else {
        throw Violation(
          error: .badSetArgument, text: "Cannot have NAT action outside of \"ct\" action")
      }
      return
    }
    if place == .connTrack, !isOfConnection {
      guard let field else {
        throw Violation(
          error: .badActionArgument,
          text: "\(place.name) action doesn't support nested action \(name(of: action))")
      }
      throw Violation(
        error: .badActionArgument,
        text: "\(place.name) action doesn't support nested modification of \(field.name)")
    }
    if place != .top, action.isA(MeterAction.self) {
      throw Violation(
        error: .badActionArgument,
        text: "\(place.name) action doesn't support nested action meter")
    }
    if action.isA(WriteActions.self), let set = action as? WriteActions {
      try verify(set.actions, inside: .writeActions)
    }
    if action.isA(CloneAction.self) { try verify(action.nestedActions, inside: .clone) }
  }

  static func name(of action: any Action) -> String { type(of: action).keywords.first ?? "" }
}

/// Lists of actions, compared.
public enum ActionList {
  public static func areEqual(_ a: [any Action], _ b: [any Action]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.isEqual(to: $1) }
  }
}

extension Action {
  /// The field that the action writes a part of, for actions that write one by name.
  var writtenField: MatchField? {
    if isA(RegLoad.self) { return (self as? RegLoad)?.destination.field }
    if isA(RegMove.self) { return (self as? RegMove)?.destination.field }
    if isA(SetField.self) { return (self as? SetField)?.field }
    return nil
  }
}
