/// Lists of actions in flow text: `output:2,resubmit(,1)`, `drop` for none.
public enum ActionText {
  public static func format(_ actions: [any Action]) -> String {
    if actions.isEmpty { return "drop" }
    var text = ""
    for action in actions {
      if !text.isEmpty { text += "," }
      action.appendText(to: &text)
    }
    return text
  }

  /// `allowed`: the instructions that may be among them.
  public static func parse(
    _ text: some StringProtocol, _ context: TextContext = TextContext(),
    allowed: Set<Instruction> = InstructionOrder.all, inside place: ActionNesting.Place = .top
  ) throws(FlowTextError) -> [any Action] {
    var context = context
    context.depth += 1
    guard context.depth <= maxDepth else { throw FlowTextError("Action nested too deeply") }
    var actions: [any Action] = []
    var isDrop = false
    for (key, value) in KeyValueText(text) {
      if let type = ActionCatalog.type(keyword: key) {
        actions += try type.parse(value[...], keyword: key.lowercased(), context)
      } else if key.lowercased() == "drop" {
        isDrop = true
      } else if key.lowercased() == "apply_actions" {
        throw FlowTextError("apply_actions is the default instruction")
      } else if let port = context.port(key) {
        actions.append(OutputAction(toPort: port, argument: value))
      } else {
        throw FlowTextError("unknown action \(key)")
      }
    }
    guard !isDrop || actions.isEmpty else {
      throw FlowTextError(
        "\"drop\" must not be accompanied by any other action or instruction")
    }
    do { try ActionNesting.verify(actions, inside: place) } catch {
      throw FlowTextError(error.text)
    }
    if let violation = InstructionOrder.violation(actions, .v11, allowed: allowed) {
      throw FlowTextError(violation.text)
    }
    return actions
  }

  /// How deep actions may stand inside each other.
  private static let maxDepth = 100

  /// A number of 32 bits as an action's argument.
  static func word(_ text: Substring) throws(FlowTextError) -> UInt32 {
    guard let number = Number.parse(text, max: UInt128(UInt32.max)) else {
      throw FlowTextError("invalid numeric format \(text)")
    }
    return UInt32(number)
  }

  /// A number as an action's argument.
  static func number<T: FixedWidthInteger>(
    _ text: Substring, _ what: String, as: T.Type
  ) throws(FlowTextError) -> T {
    guard let number = Number.parse(text, max: UInt128(T.max)) else {
      throw FlowTextError("invalid \(what) \"\(text)\"")
    }
    return T(number)
  }

  /// `VALUE->FIELD`, split.
  static func splitArrow(
    _ text: Substring
  ) throws(FlowTextError) -> (value: Substring, destination: Substring) {
    guard let arrow = arrowRange(text) else {
      throw FlowTextError("\(text): missing `->'")
    }
    guard arrow.upperBound < text.endIndex else {
      throw FlowTextError("\(text): missing field name following `->'")
    }
    return (text[..<arrow.lowerBound], text[arrow.upperBound...])
  }

  private static func arrowRange(_ text: Substring) -> Range<Substring.Index>? {
    var index = text.startIndex
    while index < text.endIndex {
      if text[index...].hasPrefix("->") { return index..<text.index(index, offsetBy: 2) }
      index = text.index(after: index)
    }
    return nil
  }
}
