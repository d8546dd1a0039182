/// `enqueue:PORT:QUEUE`: sends the packet through a queue of a port.
public struct Enqueue: Action, Hashable {
  public let port: UInt16
  public let queue: UInt32

  public init(port: UInt16, queue: UInt32) {
    self.port = port
    self.queue = queue
  }

  public static let places = [ActionPlace(.standard(11), .v10 ... .v10, length: 16)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let port = try reader.u16()
    try reader.skip(6)
    let action = Enqueue(port: port, queue: try reader.u32())
    guard action.hasQueues else { throw .badOutPort }
    return action
  }

  /// Most of the reserved ports are many ports, or none.
  private var hasQueues: Bool {
    port < OpenFlowPort.max || port == OpenFlowPort.inPort || port == OpenFlowPort.local
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(port)
    writer.zeros(6)
    writer.u32(queue)
  }

  /// Later versions have no such action, but the parts of it.
  public func substitutes(in context: WireContext) -> [any Action]? {
    guard context.version > .v10 else { return nil }
    return [SetQueue(queue), OutputAction(port: port, maxLength: .max), PopQueue()]
  }

  public static let keywords = ["enqueue"]

  /// `PORT:QUEUE` or `PORT,QUEUE`.
  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let parts = argument.split(maxSplits: 1, whereSeparator: { ":q,".contains($0) })
    guard parts.count == 2 else {
      throw FlowTextError("\"enqueue\" syntax is \"enqueue:PORT:QUEUE\" or \"enqueue(PORT,QUEUE)\"")
    }
    guard let port = context.port(parts[0]) else {
      throw FlowTextError("\(parts[0]): enqueue to unknown port")
    }
    return [Enqueue(port: port, queue: try ActionText.word(parts[1]))]
  }

  public func appendText(to text: inout String) {
    text += "enqueue:\(OpenFlowPort.text(port)):\(queue)"
  }
}
