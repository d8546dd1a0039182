import CDPDKShim
import Fields

/// The control side of the packet's path: ports come and go, workers start and stop, misses are
/// asked for and answered, flows removed. What it does to workers goes through their mailboxes.
///
/// Files: this one (life cycle, simulation), `+Ports`, `+Workers`, `+Queues`, `+Flows`.
///
/// Threads: ports and workers from the control thread; misses, answers, removals, counters and
/// statistics from any control-side thread. `lock` guards the lists of ports and workers; it is
/// never held while a worker is waited for, except by the control thread in changes of these lists.
public final class Datapath {
  let configuration: DatapathConfiguration
  let lock = Lock()
  let missQueue: MissQueue
  let puntQueue: PuntQueue
  let kernels: UnsafeMutablePointer<pb_kernels>
  /// Token buckets that the workers share.
  let meters: MeterTable

  /// How many masks flows have.
  let maskQuota = MaskQuota()

  // Under the lock.
  var ports: [PortNumber: AttachedPort] = [:]
  /// The event worker first.
  var threads: [WorkerThread] = []
  var nextWorkerID = 1
  private var isShutDown = false
  var loadHistory = LoadHistory()
  /// Who polls what, and what that was decided by.
  var assignment = QueueAssignment()
  var assignedFor: AssignmentInput?

  // Of the control thread.
  public internal(set) var workerOptions = WorkerOptions()
  var queuePolicy = QueueAssignment.Policy()
  /// While set, queues are not assigned when ports come and go: new ones wait to be polled.
  public var defersAssignment = false {
    didSet { if !defersAssignment { assignQueues() } }
  }
  /// Called before queues go from one worker to another: the time to give the new one the flows of
  /// the old one.
  public var onQueuesMoving: (([QueueMove]) -> Void)?
  /// Called when queues were assigned.
  public var onQueuesAssigned: ((QueueAssignment) -> Void)?

  /// Starts the event worker. `EAL.initialize` must have been called.
  public init(_ configuration: DatapathConfiguration = DatapathConfiguration()) throws {
    guard EAL.isInitialized else { throw DatapathError("DPDK is not initialized") }
    self.configuration = configuration
    missQueue = try MissQueue()
    puntQueue = try PuntQueue()
    meters = try MeterTable(clockWord: configuration.clockWord)
    kernels = .allocate(capacity: 1)
    kernels.initialize(to: pb_kernels())
    guard pb_kernels_select(configuration.kernels, kernels) == 0 else {
      throw DatapathError("this processor lacks \(configuration.kernels ?? "SSE4.2")")
    }
    threads = [try startWorker(id: 0, core: nil, index: 0)]
  }

  deinit {
    shutdown()
    threads = []
    kernels.deallocate()
  }

  /// Detaches all ports and ends all workers and translators. Control thread.
  public func shutdown() {
    let first = lock.withLock { () -> Bool in
      defer { isShutDown = true }
      return !isShutDown
    }
    guard first else { return }
    // No queue moves any more, and nobody hears of it.
    (onQueuesMoving, onQueuesAssigned) = (nil, nil)
    defersAssignment = true
    missQueue.close()
    puntQueue.close()
    for port in lock.withLock({ Array(ports.keys) }) { detach(port) }
    for thread in lock.withLock({ threads }) {
      missQueue.remove(worker: thread.id)
      puntQueue.remove(worker: thread.id)
      thread.stop()
      meters.retire(thread.worker.pointee.meters)
    }
  }

  func thread(_ id: Int) -> WorkerThread? { lock.withLock { threads.first { $0.id == id } } }

  /// Returns when every worker has processed all commands posted before.
  public func waitForMailboxes() {
    for thread in lock.withLock({ threads }) {
      thread.post(Command(.barrier))
      thread.wait()
    }
  }

  /// Has DPDK wait for the workers before memory is unmapped that a peer has taken away (memif), for
  /// the life of the process: a worker that comes to a command is in no burst any more.
  public func outlivePeers() {
    pb_before_unmapping(
      { datapath in
        guard let datapath else { return }
        Unmanaged<Datapath>.fromOpaque(datapath).takeUnretainedValue().waitForMailboxes()
      }, Unmanaged.passRetained(self).toOpaque())
  }

  // MARK: Simulation

  /// Called again and again by `quiesce`, and while parked packets hold up a queue that moves: for
  /// work that the caller would else have to come back for.
  public var whileQuiescing: (() -> Void)?

  /// Returns when all injected packets, their misses included, have been handled, and translators
  /// are done with all that they took; false when that did not happen within the time limit (of
  /// real time). Not for translator threads.
  @discardableResult
  public func quiesce(timeoutMilliseconds: Int = 5000) -> Bool {
    let end = pb_monotonic_ms() + Int64(timeoutMilliseconds)
    while !isQuiet() {
      whileQuiescing?()
      if pb_monotonic_ms() > end { return false }
      pb_sleep_ns(20_000)
    }
    return true
  }

  /// In this order: a packet is parked before its device says that it was handled, and it leaves
  /// the lot before the command that released it is finished.
  private func isQuiet() -> Bool {
    lock.withLock {
      for port in ports.values {
        if case .dummy(let dummy) = port.source, !dummy.device.pointee.isQuiet() { return false }
      }
      pb_fence_acquire()
      for thread in threads where thread.worker.pointee.lot.packetCount != 0 { return false }
      pb_fence_acquire()
      return threads.allSatisfy { $0.isIdle } && missQueue.isIdle
    }
  }
}
