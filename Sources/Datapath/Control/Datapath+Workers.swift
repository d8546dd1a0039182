import CDPDKShim

extension Datapath {
  func startWorker(id: Int, core: Int?, index: Int) throws -> WorkerThread {
    let thread = try WorkerThread(
      id: id, core: core, index: index, bell: missQueue.bell, kernels: kernels,
      maximumSleep: maximumSleep, configuration: configuration)
    missQueue.add(worker: id, ring: thread.misses)
    return thread
  }

  /// Runs a busy worker on each of these cores and on no other; ethdev queues are spread over them.
  /// With no cores the event worker polls ethdevs. Workers whose core stays go on with their flows;
  /// flows of workers that end are reported as removed. Control thread.
  public func setPMDCores(_ cores: [Int]) throws {
    try lock.withLock {
      let wanted = Set(cores)
      let leaving = threads.filter { thread in thread.core.map { !wanted.contains($0) } ?? false }
      // Queues must have left a worker before it ends, and before another one polls them.
      threads.removeAll { thread in leaving.contains { $0 === thread } }
      for thread in leaving { setQueues([], of: thread) }
      for thread in leaving { thread.wait() }
      for thread in leaving { end(thread) }
      let present = Set(threads.compactMap(\.core))
      for core in wanted.subtracting(present).sorted() { try start(core) }
      distributeQueues()
    }
  }

  private func start(_ core: Int) throws {
    let used = Set(threads.map(\.index))
    let index = (1...).first { !used.contains($0) } ?? 1
    let thread = try startWorker(id: nextWorkerID, core: core, index: index)
    nextWorkerID += 1
    for port in ports.values { attach(port, to: thread) }
    thread.wait()
    threads.append(thread)
    threads[1...].sort { ($0.core ?? 0) < ($1.core ?? 0) }
  }

  private func end(_ thread: WorkerThread) {
    missQueue.remove(worker: thread.id)
    for (number, workerPort) in thread.ports {
      ports[number]?.retired.add(workerPort)
    }
    thread.stop()
    for workerPort in thread.ports.values {
      workerPort.pointee.destroy()
      workerPort.deallocate()
    }
    thread.ports = [:]
  }

  /// Spreads ethdev queues over the busy workers, or gives them to the event worker; in two steps,
  /// so that no queue is ever polled by two workers. Under the lock.
  func distributeQueues() {
    let pollers = threads.count > 1 ? Array(threads[1...]) : threads
    var plan: [ObjectIdentifier: [WorkerDescription.Queue]] = [:]
    var next = 0
    for (number, port) in ports.sorted(by: { $0.key < $1.key }) {
      guard case .ethdev(let ethdev) = port.source else { continue }
      for queue in 0..<Int(ethdev.receiveQueues) {
        let thread = pollers[next % pollers.count]
        plan[ObjectIdentifier(thread), default: []].append(
          .init(port: number, queue: queue, enabled: true))
        next += 1
      }
    }
    for thread in threads {
      let wanted = plan[ObjectIdentifier(thread)] ?? []
      setQueues(thread.queues.filter { wanted.contains($0) }, of: thread)
    }
    for thread in threads { thread.wait() }
    for thread in threads { setQueues(plan[ObjectIdentifier(thread)] ?? [], of: thread) }
    for thread in threads { thread.wait() }
  }

  /// Posts a poll list if it is another one than now; the old one is freed when it is out of use.
  private func setQueues(_ queues: [WorkerDescription.Queue], of thread: WorkerThread) {
    guard thread.queues != queues else { return }
    let cycles = Dictionary(
      zip(thread.queues, thread.queueCycles), uniquingKeysWith: { first, _ in first })
    thread.queues = queues
    let list = PollList.create(
      queues.compactMap { queue in
        thread.ports[queue.port].map {
          PollList.Entry(port: $0, queue: UInt16(queue.queue), cycles: cycles[queue] ?? 0)
        }
      })
    var command = Command(.poll)
    command.memory = UnsafeMutableRawPointer(list)
    let old = thread.pollList
    thread.pollList = list
    thread.post(command, burying: old.map { [.pollList($0)] } ?? [])
  }

  /// The workers, the event worker first.
  public var workers: [WorkerDescription] {
    lock.withLock {
      threads.map { thread in
        WorkerDescription(
          id: thread.id, core: thread.core,
          numaNode: thread.core.map { Int(pb_numa_node_of_core(Int32($0))) } ?? 0,
          queues: thread.queues, queueCycles: thread.queueCycles,
          cycles: thread.counters.busyCycles &+ thread.counters.idleCycles,
          counters: thread.counters.since(thread.baseline),
          drops: DropReason.allCases.map { thread.worker.pointee.drops[$0.rawValue] })
      }
    }
  }

  /// Starts workers' counters from zero; flows and masks stay what they are.
  public func clearCounters() {
    lock.withLock { for thread in threads { thread.baseline = thread.counters } }
  }

  /// Lets busy workers sleep up to this long when they have little to do; 0 for never.
  public func setMaximumSleep(microseconds: Int) {
    maximumSleep.pointee = UInt64(max(microseconds, 0)) * 1000
  }
}

extension WorkerThread {
  /// What each of `queues` has cost so far.
  var queueCycles: [UInt64] {
    guard let list = pollList else { return [] }
    return (0..<list.pointee.count).map { list.pointee.entries[$0].cycles }
  }

  /// The worker's own counters, with the number of its masks.
  var counters: WorkerCounters {
    var c = worker.pointee.counters
    c.masks = ports.values.reduce(0) { $0 + UInt64($1.pointee.classifier.count) }
    return c
  }
}

extension WorkerCounters {
  /// What was counted since `start`.
  func since(_ start: WorkerCounters) -> WorkerCounters {
    var c = self
    c.packetsReceived &-= start.packetsReceived
    c.packetsRecirculated &-= start.packetsRecirculated
    c.cacheHits &-= start.cacheHits
    c.megaflowHits &-= start.megaflowHits
    c.megaflowLookups &-= start.megaflowLookups
    c.misses &-= start.misses
    c.lost &-= start.lost
    c.packetsSent &-= start.packetsSent
    c.sendBursts &-= start.sendBursts
    c.busyIterations &-= start.busyIterations
    c.idleIterations &-= start.idleIterations
    c.busyCycles &-= start.busyCycles
    c.idleCycles &-= start.idleCycles
    return c
  }
}
