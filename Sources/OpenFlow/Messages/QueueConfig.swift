/// Asks which queues a port has. Up to 1.3 a message of its own; 1.4 made a multipart message of it,
/// which may ask for one queue and for all ports.
public struct QueueConfigRequest: Message {
  public static let places = [
    MessagePlace(.type(20), .v10 ... .v10), MessagePlace(.type(22), .v11 ... .v13),
    MessagePlace(.statsRequest(15), .v14 ... .v15),
  ]

  public let port: UInt16
  /// `QueueStatsRequest.allQueues` for all.
  public let queue: UInt32

  public init(port: UInt16, queue: UInt32 = QueueStatsRequest.allQueues) {
    self.port = port
    self.queue = queue
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    port = try reader.port(context)
    if context.version >= .v14 {
      queue = try reader.u32()
      return
    }
    queue = QueueStatsRequest.allQueues
    try reader.skip(context.version == .v10 ? 2 : 4)
    let isAny = port == OpenFlowPort.none && context.version >= .v11
    guard port < OpenFlowPort.max || isAny else { throw .badQueuePort }
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.port(port, context)
    if context.version >= .v14 {
      writer.u32(queue)
    } else {
      writer.zeros(context.version == .v10 ? 2 : 4)
    }
  }
}

/// The queues of a port, without their rates, which nobody sets yet. Up to 1.3 the port stands at the
/// head; from 1.2 on each queue says whose it is.
public struct QueueConfigReply: Message {
  public static let places = [
    MessagePlace(.type(21), .v10 ... .v10), MessagePlace(.type(23), .v11 ... .v13),
    MessagePlace(.statsReply(15), .v14 ... .v15),
  ]

  public struct Queue: Hashable, Sendable {
    public var port: UInt16
    public var queue: UInt32

    public init(port: UInt16, queue: UInt32) {
      self.port = port
      self.queue = queue
    }
  }

  /// What was asked about.
  public let port: UInt16
  public let queues: [Queue]

  public init(port: UInt16, queues: [Queue]) {
    self.port = port
    self.queues = queues
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var port = OpenFlowPort.none
    if context.version < .v14 {
      port = try reader.port(context)
      try reader.skip(context.version == .v10 ? 6 : 4)
    }
    self.port = port
    var queues: [Queue] = []
    while !reader.isAtEnd { queues.append(try Self.readQueue(of: port, from: &reader, context)) }
    self.queues = queues
  }

  private static func readQueue(
    of port: UInt16, from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> Queue {
    if context.version >= .v14 {
      let owner = try reader.port(context)
      let queue = Queue(port: owner, queue: try reader.u32())
      let length = Int(try reader.u16())
      try reader.skip(length - 10)
      return queue
    }
    let number = try reader.u32()
    let owner = context.version < .v12 ? port : try reader.port(context)
    let length = Int(try reader.u16())
    try reader.skip(length - (context.version < .v12 ? 6 : 10))
    return Queue(port: owner, queue: number)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    if context.version < .v14 {
      let start = writer.count
      writer.port(port, context)
      writer.pad8(since: start)
    }
    for queue in queues { Self.write(queue, to: &writer, context) }
  }

  private static func write(
    _ queue: Queue, to writer: inout WireWriter, _ context: WireContext
  ) {
    let start = writer.count
    if context.version >= .v14 { writer.port(queue.port, context) }
    writer.u32(queue.queue)
    if context.version >= .v12, context.version < .v14 { writer.port(queue.port, context) }
    writer.u16(context.version < .v12 ? 8 : 16)
    writer.pad8(since: start)
  }
}
