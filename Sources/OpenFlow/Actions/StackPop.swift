/// `pop:FIELD[BITS]`: writes the value on top of the packet's stack into some bits, and takes it off.
public struct StackPop: Action, Hashable {
  public let destination: Subfield

  public init(into destination: Subfield) { self.destination = destination }

  public static let places = [ActionPlace(.nicira(28), .v10 ... .v15, length: 24)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let destination = try Subfield.readStackOperand(from: &reader, context)
    try destination.requireWritable()
    return StackPop(into: destination)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { destination.writeStackOperand(to: &writer) }

  public static let keywords = ["pop"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [StackPop(into: try Subfield.parse(argument))] }

  public func appendText(to text: inout String) {
    text += "pop:"
    destination.appendText(to: &text)
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.require(destination.field)
    try destination.requireWritable()
  }
}
