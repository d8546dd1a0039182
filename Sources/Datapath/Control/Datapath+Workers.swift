import CDPDKShim

extension Datapath {
  /// Of the counter that all cycles are counted with.
  public static var cyclesPerSecond: UInt64 { pb_tsc_hz() }

  func startWorker(id: Int, core: Int?, index: Int) throws -> WorkerThread {
    let thread = try WorkerThread(
      id: id, core: core, index: index, bell: missQueue.bell, puntBell: puntQueue.bell,
      kernels: kernels, configuration: configuration)
    // Before any flow: a worker looks at its meters when a flow has one.
    thread.worker.pointee.meters = try meters.share()
    configure(thread)
    missQueue.add(worker: id, ring: thread.misses)
    puntQueue.add(worker: id, ring: thread.punts)
    return thread
  }

  /// Runs a busy worker on each of these cores and on no other; ethdev queues are spread over them.
  /// With no cores the event worker polls ethdevs. Workers whose core stays go on with their flows;
  /// flows of workers that end are reported as removed. Control thread.
  public func setPMDCores(_ cores: [Int]) throws {
    let wanted = Set(cores)
    let leaving = try lock.withLock {
      let present = Set(threads.compactMap(\.core))
      for core in wanted.subtracting(present).sorted() { try start(core) }
      return threads.filter { thread in thread.core.map { !wanted.contains($0) } ?? false }
    }
    // Queues must have left a worker before it ends.
    assignQueues(without: leaving)
    lock.withLock {
      threads.removeAll { thread in leaving.contains { $0 === thread } }
      for thread in leaving { end(thread) }
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
    puntQueue.remove(worker: thread.id)
    for (number, workerPort) in thread.ports {
      ports[number]?.retired.add(workerPort)
    }
    thread.stop()
    meters.retire(thread.worker.pointee.meters)
    for workerPort in thread.ports.values {
      workerPort.pointee.destroy()
      workerPort.deallocate()
    }
    thread.ports = [:]
  }

  /// The workers, the event worker first.
  public var workers: [WorkerDescription] {
    lock.withLock {
      threads.map { thread in
        WorkerDescription(
          id: thread.id, core: thread.core,
          numaNode: thread.numaNode, queues: thread.queues,
          isIsolated: assignment.isolated.contains(thread.id),
          maximumSleep: thread.core.map { workerOptions.maximumSleep(ofCore: $0) } ?? 0,
          countedMilliseconds: max(0, pb_monotonic_ms() - thread.cleared),
          counters: thread.counters.since(thread.baseline), pauses: thread.pauses,
          drops: DropReason.allCases.map { thread.worker.pointee.drops[$0.rawValue] })
      }
    }
  }

  /// Names of workers that have not obeyed a command since the last call of this. Control thread.
  public func stuckWorkers() -> [String] {
    lock.withLock { threads }.filter { $0.isStuck() }.map { thread in
      thread.core.map { "PMD thread on core \($0)" } ?? "event worker"
    }
  }

  /// Starts workers' counters from zero, of all or of those on one core; flows and masks stay what
  /// they are.
  public func clearCounters(core: Int? = nil) {
    lock.withLock {
      for thread in threads where core == nil || thread.core == core {
        thread.baseline = thread.counters
        thread.cleared = pb_monotonic_ms()
        thread.clearPauses()
        guard let metrics = thread.metrics else { continue }
        var command = Command(.clearMetrics)
        command.memory = UnsafeMutableRawPointer(metrics)
        thread.post(command)
      }
    }
  }

  /// How busy workers wait, send and measure from now on. Control thread.
  public func setWorkerOptions(_ options: WorkerOptions) {
    guard options != workerOptions else { return }
    workerOptions = options
    lock.withLock { for thread in threads { configure(thread) } }
  }

  /// Nothing of it is for the event worker.
  private func configure(_ thread: WorkerThread) {
    guard let core = thread.core else { return }
    let settings = WorkerSettings(
      restNanoseconds: UInt64(workerOptions.maximumSleep(ofCore: core)) * 1000,
      flushCycles: UInt64(max(0, workerOptions.flushInterval)) * pb_tsc_hz() / 1_000_000,
      metrics: workerOptions.measuresRounds ? thread.makeMetrics() : nil, watch: workerOptions.watch
    )
    let memory = UnsafeMutablePointer<WorkerSettings>.allocate(capacity: 1)
    memory.initialize(to: settings)
    var command = Command(.configure)
    command.memory = UnsafeMutableRawPointer(memory)
    thread.post(command, burying: [.settings(memory)])
  }

  /// What the worker of a core has measured since its counters were cleared; nil when it does not.
  public func metrics(worker id: Int) -> RoundMetrics.Snapshot? {
    lock.withLock {
      guard workerOptions.measuresRounds else { return nil }
      return threads.first { $0.id == id }?.metrics?.pointee.snapshot
    }
  }

  /// Rounds that took too long, since the last call. Control thread.
  public func takeSuspects() -> [RoundMetrics.Suspect] {
    lock.withLock { threads.compactMap { $0.metrics?.pointee.takeSuspect() } }
  }
}

extension WorkerThread {
  /// What each of `queues` has cost so far.
  var queueCycles: [UInt64] {
    guard let list = pollList else { return [] }
    return (0..<list.pointee.count).map { list.pointee.entries[$0].cycles }
  }

  /// How long commands kept its packets waiting, since that was cleared.
  var pauses: PauseHistogram {
    let counters = worker.pointee.pauses
    return PauseHistogram(
      counts: (0..<PauseCounters.places).map { counters.counts[$0] &- pauseBaseline[$0] },
      longest: counters.longest, cyclesPerMicrosecond: Double(pb_tsc_hz()) / 1_000_000)
  }

  func clearPauses() {
    pauseBaseline = (0..<PauseCounters.places).map { worker.pointee.pauses.counts[$0] }
    // The worker may write this as well, at worst an old pause survives.
    worker.pointee.pauses.longest = 0
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
    c.sleepIterations &-= start.sleepIterations
    c.sleepCycles &-= start.sleepCycles
    c.missCycles &-= start.missCycles
    return c
  }
}
