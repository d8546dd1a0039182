/// `set_queue:QUEUE`: the queue of the port through which the packet is to leave.
public struct SetQueue: Action, Hashable {
  public let queue: UInt32

  public init(_ queue: UInt32) { self.queue = queue }

  public static let places = [
    ActionPlace(.nicira(4), .v10 ... .v10, length: 16),
    ActionPlace(.standard(21), .v11 ... .v15, length: 8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    if case .nicira = identity { try reader.skip(2) }
    return SetQueue(try reader.u32())
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    if case .nicira = identity { writer.zeros(2) }
    writer.u32(queue)
  }

  public static let keywords = ["set_queue"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [SetQueue(try ActionText.word(argument))] }

  public func appendText(to text: inout String) { text += "set_queue:\(queue)" }
}
