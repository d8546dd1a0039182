/// `write_actions(ACTIONS)`: puts actions into the action set, which is performed when the packet's
/// way through the tables ends. OpenFlow 1.0 has nothing like it.
public struct WriteActions: Action {
  public var actions: [any Action]

  public init(_ actions: [any Action]) { self.actions = actions }

  /// An instruction.
  public static let places: [ActionPlace] = []

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { try WriteActions(from: &reader, context) }

  init(from reader: inout WireReader, _ context: WireContext) throws(OpenFlowError) {
    actions = try ActionCodec.readList(length: reader.remaining, from: &reader, context)
    guard actions.allSatisfy(ActionSet.admits) else { throw .badActionType }
  }

  public func instruction(in version: OpenFlowVersion) -> Instruction { .writeActions }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {}

  public static let keywords = ["write_actions"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    [WriteActions(try ActionText.parse(argument, context, allowed: InstructionOrder.actionsOnly))]
  }

  public func appendText(to text: inout String) {
    text += "write_actions(" + ActionText.format(actions) + ")"
  }

  public var nestedActions: [any Action] { actions }

  /// What an action set will meet is not known: its actions are only checked by themselves.
  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    var inner = packets
    inner.isLenient = true
    for action in actions { try action.check(&inner) }
  }

  public func isEqual(to other: any Action) -> Bool {
    guard let other = other as? WriteActions else { return false }
    return ActionList.areEqual(actions, other.actions)
  }
}
