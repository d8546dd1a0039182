/// `clear_actions`: empties the action set. OpenFlow 1.0 has nothing like it.
public struct ClearActions: Action, Hashable {
  public init() {}

  /// An instruction.
  public static let places: [ActionPlace] = []

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { ClearActions() }

  public func instruction(in version: OpenFlowVersion) -> Instruction { .clearActions }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {}

  public static let keywords = ["clear_actions"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [ClearActions()] }

  public func appendText(to text: inout String) { text += "clear_actions" }
}
