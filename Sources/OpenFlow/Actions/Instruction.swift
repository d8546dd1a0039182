/// The instructions of OpenFlow 1.1 and later, in the order in which they are carried out.
///
/// Inside the switch there are only actions: a flow has one list of them in which instructions that
/// are no Apply-Actions stand as actions of their own, in this order.
public enum Instruction: Int, Comparable, Sendable, CaseIterable {
  case meter, applyActions, clearActions, writeActions, writeMetadata, gotoTable

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  /// The word that texts use.
  public var name: String {
    switch self {
    case .meter: "meter"
    case .applyActions: "apply_actions"
    case .clearActions: "clear_actions"
    case .writeActions: "write_actions"
    case .writeMetadata: "write_metadata"
    case .gotoTable: "goto_table"
    }
  }

  /// The instruction's number on the wire.
  public var wireType: UInt16 {
    switch self {
    case .gotoTable: 1
    case .writeMetadata: 2
    case .writeActions: 3
    case .applyActions: 4
    case .clearActions: 5
    case .meter: 6
    }
  }

  public init?(wireType: UInt16) {
    guard let known = Self.allCases.first(where: { $0.wireType == wireType }) else { return nil }
    self = known
  }

  /// Which instructions a version has, as the bits that its table statistics and features show.
  /// 1.5 made an action of the meter.
  public static func all(in version: OpenFlowVersion) -> [Instruction] {
    allCases.filter { $0 != .meter || version == .v13 || version == .v14 }
  }
}

/// Whether the actions of a list may stand together in it: in the order of their instructions, none of
/// which may come twice (but for Apply-Actions, whose actions are in the list one by one).
public enum InstructionOrder {
  public static let all = Set(Instruction.allCases)
  /// Where there are only actions. The meter of 1.5 is one.
  public static let actionsOnly: Set<Instruction> = [.applyActions, .meter]

  struct Violation {
    let error: OpenFlowError
    let text: String
  }

  public static func check(
    _ actions: [any Action], _ version: OpenFlowVersion, allowed: Set<Instruction> = all
  ) throws(OpenFlowError) {
    if let violation = violation(actions, version, allowed: allowed) { throw violation.error }
  }

  static func violation(
    _ actions: [any Action], _ version: OpenFlowVersion, allowed: Set<Instruction>
  ) -> Violation? {
    var last: Instruction?
    for action in actions {
      let next = action.instruction(in: version)
      if let last, next < last || (next == last && next != .applyActions) {
        return disorder(last, next)
      }
      if !allowed.contains(next) {
        if next == .meter && version >= .v15 {
          return Violation(error: .badActionType, text: "meter action not allowed here")
        }
        return Violation(
          error: .unsupportedInstruction, text: "\(next.name) instruction not allowed here")
      }
      last = next
    }
    return nil
  }

  private static func disorder(_ last: Instruction, _ next: Instruction) -> Violation {
    let text =
      next == last
      ? "duplicate \(last.name) instruction not allowed, for OpenFlow 1.1+ compatibility"
      : "invalid instruction ordering: \(next.name) must appear before \(last.name), "
        + "for OpenFlow 1.1+ compatibility"
    return Violation(error: .unsupportedActionOrder, text: text)
  }
}
