/// `clone(ACTIONS)`: performs actions on a copy of the packet; what comes after sees neither changes
/// to the packet nor to registers.
public struct CloneAction: Action {
  public let actions: [any Action]

  public var nestedActions: [any Action] { actions }

  public init(_ actions: [any Action]) { self.actions = actions }

  public static let places = [ActionPlace(.nicira(42), .v10 ... .v15, lengths: 16...0xfff8)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    try reader.skip(6)
    guard context.nesting < WireContext.maxNesting else { throw .badActionArgument }
    var inner = context
    inner.nesting += 1
    return CloneAction(
      try ActionCodec.readList(length: reader.remaining, from: &reader, inner))
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.zeros(6)
    ActionCodec.write(actions, to: &writer, context)
  }

  public static let keywords = ["clone"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard context.nesting < WireContext.maxNesting else {
      throw FlowTextError("Action nested too deeply")
    }
    var inner = context
    inner.nesting += 1
    return [CloneAction(try ActionText.parse(argument, inner))]
  }

  public func appendText(to text: inout String) {
    text += "clone("
    if !actions.isEmpty { text += ActionText.format(actions) }
    text += ")"
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    var inner = packets
    for action in actions { try action.check(&inner) }
  }

  public func isEqual(to other: any Action) -> Bool {
    guard let other = other as? CloneAction, other.actions.count == actions.count else {
      return false
    }
    return zip(actions, other.actions).allSatisfy { $0.isEqual(to: $1) }
  }
}
