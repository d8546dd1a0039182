/// Asks for the counters of queues: of one port or all, of one queue or all.
public struct QueueStatsRequest: Message {
  public static let places = [MessagePlace(.statsRequest(5), .v10 ... .v15)]

  /// The number that means every queue.
  public static let allQueues: UInt32 = 0xffff_ffff

  public let port: UInt16
  public let queue: UInt32

  public init(port: UInt16, queue: UInt32) {
    self.port = port
    self.queue = queue
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    // OpenFlow 1.0 has another number for all ports.
    let number = try reader.port(context)
    port = context.version == .v10 && number == OpenFlowPort.all ? OpenFlowPort.none : number
    if context.version == .v10 { try reader.skip(2) }
    queue = try reader.u32()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    let isAll = context.version == .v10 && port == OpenFlowPort.none
    writer.port(isAll ? OpenFlowPort.all : port, context)
    if context.version == .v10 { writer.zeros(2) }
    writer.u32(queue)
  }
}

/// Counters of queues.
public struct QueueStatsReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(5), .v10 ... .v15)]

  public struct Queue: Hashable, Sendable {
    public var port: UInt16
    public var queue: UInt32
    public var txBytes: UInt64
    public var txPackets: UInt64
    public var txErrors: UInt64
    /// Nanoseconds since the queue was made, told by 1.3 and later.
    public var duration: UInt64

    public init(
      port: UInt16, queue: UInt32, txBytes: UInt64, txPackets: UInt64, txErrors: UInt64,
      duration: UInt64 = 0
    ) {
      self.port = port
      self.queue = queue
      self.txBytes = txBytes
      self.txPackets = txPackets
      self.txErrors = txErrors
      self.duration = duration
    }
  }

  /// Of a queue that nobody made.
  public static let unknownDuration = UInt64.max

  public let entries: [Queue]

  public init(entries: [Queue]) { self.entries = entries }

  public init(entries: [Queue], as identity: MessageIdentity) { self.init(entries: entries) }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Queue {
    if context.version >= .v14 {
      let length = Int(try reader.u16())
      var entry = try reader.sub(length - 2, tooShort: .badLength)
      try entry.skip(6)
      return try readQueue(from: &entry, context)
    }
    return try readQueue(from: &reader, context)
  }

  private static func readQueue(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> Queue {
    let port = try reader.port(context)
    if context.version == .v10 { try reader.skip(2) }
    var queue = Queue(
      port: port, queue: try reader.u32(), txBytes: try reader.u64(), txPackets: try reader.u64(),
      txErrors: try reader.u64())
    if context.version >= .v13 { queue.duration = try reader.duration() }
    return queue
  }

  public static func write(
    _ entry: Queue, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    let start = writer.count
    if context.version >= .v14 { writer.zeros(8) }
    writer.port(entry.port, context)
    if context.version == .v10 { writer.zeros(2) }
    writer.u32(entry.queue)
    for counter in [entry.txBytes, entry.txPackets, entry.txErrors] { writer.u64(counter) }
    if context.version >= .v13 { write(duration: entry.duration, to: &writer) }
    if context.version >= .v14 { writer.patch16(at: start, writer.count - start) }
  }

  private static func write(duration: UInt64, to writer: inout WireWriter) {
    if duration == unknownDuration { writer.u64(.max) } else { writer.duration(duration) }
  }
}
