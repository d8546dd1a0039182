/// Asks for the counters of queues: of one port or all, of one queue or all.
public struct QueueStatsRequest: Message {
  public static let places = [MessagePlace(.statsRequest(5))]

  public let port: UInt16
  public let queue: UInt32

  public init(port: UInt16, queue: UInt32) {
    self.port = port
    self.queue = queue
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    port = try reader.u16()
    try reader.skip(2)
    queue = try reader.u32()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u16(port)
    writer.zeros(2)
    writer.u32(queue)
  }
}

/// Counters of queues.
public struct QueueStatsReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(5))]

  public struct Queue: Hashable, Sendable {
    public var port: UInt16
    public var queue: UInt32
    public var txBytes: UInt64
    public var txPackets: UInt64
    public var txErrors: UInt64

    public init(port: UInt16, queue: UInt32, txBytes: UInt64, txPackets: UInt64, txErrors: UInt64) {
      self.port = port
      self.queue = queue
      self.txBytes = txBytes
      self.txPackets = txPackets
      self.txErrors = txErrors
    }
  }

  public let entries: [Queue]

  public init(entries: [Queue]) { self.entries = entries }

  public init(entries: [Queue], as identity: MessageIdentity) { self.init(entries: entries) }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Queue {
    let port = try reader.u16()
    try reader.skip(2)
    return Queue(
      port: port, queue: try reader.u32(), txBytes: try reader.u64(), txPackets: try reader.u64(),
      txErrors: try reader.u64())
  }

  public static func write(
    _ entry: Queue, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    writer.u16(entry.port)
    writer.zeros(2)
    writer.u32(entry.queue)
    for counter in [entry.txBytes, entry.txPackets, entry.txErrors] { writer.u64(counter) }
  }
}
