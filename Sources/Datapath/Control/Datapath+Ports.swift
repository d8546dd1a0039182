import CDPDKShim

/// A port of the datapath. Under the datapath's lock.
final class AttachedPort {
  let number: PortNumber
  let name: String
  let source: PacketSource
  let pool: OpaquePointer?
  /// One per transmit queue, each on a cache line of its own.
  let sendLocks: UnsafeMutablePointer<UInt32>
  var maximumLength = UInt32.max
  var isSteeredByHash = false
  /// What workers that have ended counted.
  var retired = PortCounters()

  init(_ number: PortNumber, _ name: String, _ source: PacketSource, bufferSize: Int) throws {
    self.number = number
    self.name = name
    self.source = source
    var queues = 1
    if case .ethdev(let port) = source { queues = max(Int(port.transmitQueues), 1) }
    if source.isPolled {
      pool = nil
    } else {
      pool = try MempoolRegistry.shared.pool(bufferSize: bufferSize)
    }
    sendLocks = allocateLines(UInt32.self, count: queues * WorkerPort.sendLockStride)
  }

  deinit { sendLocks.deallocate() }

  func makeWorkerPort(_ index: Int) -> WorkerPortPointer {
    let port = allocateLines(WorkerPort.self, count: 1)
    port.initialize(
      to: WorkerPort(
        number: number, source: source, worker: index, sendLocks: sendLocks, pool: pool))
    port.pointee.maximumLength = maximumLength
    port.pointee.steer(byHash: isSteeredByHash)
    return port
  }

  /// The queues that workers have to poll; none of devices that the event worker waits for.
  var receiveQueues: [QueueAssignment.Queue] {
    let (count, node) = polled
    return (0..<count).map {
      QueueAssignment.Queue(ReceiveQueue(port: number, queue: $0), numaNode: max(0, node))
    }
  }

  /// How many there are, and the NUMA node of their memory.
  private var polled: (count: Int, numaNode: Int) {
    switch source {
    case .ethdev(let port): (Int(port.receiveQueues), port.numaNode)
    case .vhost(let port): (port.receiveQueues, port.description?.numaNode ?? 0)
    case .tap, .packetSocket, .dummy: (0, 0)
    }
  }

  /// Whether a receive queue may have packets. One that may not is polled all the same, at the price
  /// of looking at a byte.
  func isOn(_ queue: Int) -> Bool {
    guard case .vhost(let port) = source, port.isRunning else { return true }
    let rings = port.rings
    return 2 * queue + 1 < rings.count && rings[2 * queue + 1]
  }

  /// What the event worker waits for; nil for devices that are polled.
  var pollDescriptor: Int32? {
    switch source {
    case .ethdev, .vhost: nil
    case .tap(let device): device.pointee.pollDescriptor
    case .packetSocket(let device): device.pointee.pollDescriptor
    case .dummy(let port): port.device.pointee.pollDescriptor
    }
  }
}

extension Datapath {
  /// Adds a port. Buffers of devices that are no ethdevs hold `bufferSize` bytes. Control thread.
  public func attach(
    _ number: PortNumber, name: String, source: PacketSource,
    bufferSize: Int = MempoolRegistry.defaultBufferSize
  ) throws {
    guard number != 0 else { throw DatapathError("0 is not a port number") }
    let port = try AttachedPort(number, name, source, bufferSize: bufferSize)
    // Before any worker has it.
    if case .vhost(let vhost) = source {
      vhost.setQuiesce { [weak self] in self?.waitForMailboxes() }
    }
    try lock.withLock {
      guard ports[number] == nil else { throw DatapathError("port \(number) is in use") }
      ports[number] = port
      for thread in threads { attach(port, to: thread) }
      // Only after all workers know the port may its packets come.
      for thread in threads { thread.wait() }
      if let descriptor = port.pollDescriptor, let event = threads.first {
        _ = pb_poll_add(
          event.pollSet, descriptor, UnsafeMutableRawPointer(bitPattern: UInt(number)))
      }
    }
    assignQueues()
  }

  /// A port may have other receive queues than before: spreads them again if so. Control thread.
  public func receiveQueuesChanged() { assignQueues() }

  /// Whether a queue's packets are wanted: a guest turns its queues on and off. Control thread.
  public func isOn(_ queue: ReceiveQueue) -> Bool {
    lock.withLock { ports[queue.port]?.isOn(queue.queue) ?? true }
  }

  func attach(_ port: AttachedPort, to thread: WorkerThread) {
    let workerPort = port.makeWorkerPort(thread.index)
    thread.ports[port.number] = workerPort
    var command = Command(.attach)
    command.port = port.number
    command.workerPort = workerPort
    thread.post(command)
  }

  /// Removes a port: its megaflows are reported as removed, packets that wait are dropped. Returns
  /// when no worker touches the port's source any more. Control thread.
  public func detach(_ number: PortNumber) {
    let port = lock.withLock { ports[number] }
    lock.withLock {
      guard let port = ports.removeValue(forKey: number) else { return }
      if let descriptor = port.pollDescriptor, let event = threads.first {
        pb_poll_remove(event.pollSet, descriptor)
      }
      withdrawQueues(of: number)
      for thread in threads { detach(port, from: thread) }
      for thread in threads {
        thread.wait()
        thread.forgetRemovedFlows()
      }
    }
    if case .vhost(let vhost)? = port?.source { vhost.setQuiesce(nil) }
    assignQueues()
  }

  private func detach(_ port: AttachedPort, from thread: WorkerThread) {
    guard let workerPort = thread.ports.removeValue(forKey: port.number) else { return }
    var command = Command(.detach)
    command.port = port.number
    thread.post(command, burying: [.port(workerPort)])
  }

  /// Frames longer than this, counted from the Ethernet header without FCS, are not sent to the
  /// port. Control thread.
  public func setMaximumFrameLength(_ number: PortNumber, _ bytes: Int) {
    lock.withLock {
      ports[number]?.maximumLength = UInt32(clamping: bytes)
      for thread in threads {
        thread.ports[number]?.pointee.maximumLength = UInt32(clamping: bytes)
      }
    }
  }

  /// Whether packets to an ethdev are spread over its transmit queues by their connections, or each
  /// worker sends all on its own. Control thread.
  public func steerByHash(_ number: PortNumber, _ isByHash: Bool) {
    lock.withLock {
      guard let port = ports[number] else { return }
      port.isSteeredByHash = isByHash
      for thread in threads { thread.ports[number]?.pointee.steer(byHash: isByHash) }
    }
  }

  /// What was dropped anywhere, by `DropReason.rawValue`.
  public var drops: [UInt64] {
    lock.withLock {
      var sum = PortCounters()
      for port in ports.values {
        for i in sum.drops.indices { sum.drops[i] &+= port.retired.drops[i] }
      }
      for thread in threads {
        for port in thread.ports.values { sum.add(port) }
        for i in sum.drops.indices { sum.drops[i] &+= thread.worker.pointee.drops[i] }
      }
      return sum.drops
    }
  }

  /// What was counted on a port since it was attached.
  public func counters(_ number: PortNumber) -> PortCounters {
    lock.withLock {
      guard let port = ports[number] else { return PortCounters() }
      return threads.reduce(into: port.retired) { sum, thread in
        if let workerPort = thread.ports[number] { sum.add(workerPort) }
      }
    }
  }
}

extension PortCounters {
  mutating func add(_ port: WorkerPortPointer) {
    rxPackets &+= port.pointee.rxPackets
    rxBytes &+= port.pointee.rxBytes
    txPackets &+= port.pointee.txPackets
    txBytes &+= port.pointee.txBytes
    txRetries &+= port.pointee.txRetries
    segmented &+= port.pointee.segmented
    checksums &+= port.pointee.checksums
    merged &+= port.pointee.merged
    for i in drops.indices { drops[i] &+= port.pointee.drops[i] }
  }
}
