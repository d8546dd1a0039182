/// A receive queue of a datapath port.
public struct ReceiveQueue: Hashable, Comparable, Sendable {
  public var port: PortNumber
  public var queue: Int

  public init(port: PortNumber, queue: Int) {
    self.port = port
    self.queue = queue
  }

  /// By port, then by queue.
  public static func < (a: ReceiveQueue, b: ReceiveQueue) -> Bool {
    (a.port, a.queue) < (b.port, b.queue)
  }
}

/// A queue that another worker polls from now on.
public struct QueueMove: Equatable, Sendable {
  public let queue: ReceiveQueue
  /// Workers' ids.
  public let from: Int
  public let to: Int

  public init(queue: ReceiveQueue, from: Int, to: Int) {
    (self.queue, self.from, self.to) = (queue, from, to)
  }
}
