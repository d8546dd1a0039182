import CDPDKShim
import Glibc

/// A worker from outside: its thread, its mailbox, and what must stay alive until it has processed
/// a command. Any control-side thread; `lock` makes them one producer.
final class WorkerThread {
  let id: Int
  /// nil for the event worker.
  let core: Int?
  let numaNode: Int
  /// Its place among the workers that run now: chooses transmit queues.
  let index: Int
  let worker: WorkerPointer
  /// Descriptors that the event worker waits for; -1 for others.
  let pollSet: Int32
  let misses: UnsafeMutablePointer<MissRing>
  let punts: UnsafeMutablePointer<PuntRing>
  let samples: UnsafeMutablePointer<SampleRing>
  /// Ports as this worker sees them, and the queues it polls. Under the datapath's lock.
  var ports: [PortNumber: WorkerPortPointer] = [:]
  var queues: [ReceiveQueue] = []
  var pollList: UnsafeMutablePointer<PollList>?
  /// What counters started from when they were cleared last.
  var baseline = WorkerCounters()
  /// When that was, on the monotonic clock.
  var cleared = pb_monotonic_ms()
  /// What it measures of its rounds, once it was asked to.
  private(set) var metrics: UnsafeMutablePointer<RoundMetrics>?
  var pauseBaseline = [UInt64](repeating: 0, count: PauseCounters.places)

  private let mailbox: UnsafeMutablePointer<Mailbox>
  private var thread = pthread_t()
  private let lock = Lock()
  private var graves = FIFO<(ticket: UInt64, content: Grave)>()
  private var flows = HeldFlows()
  private var hasStopped = false
  /// Control thread.
  private var pulse = Pulse()

  /// What is freed once the worker has processed the command that used it.
  enum Grave {
    case program(UnsafeMutablePointer<UInt32>)
    case pollList(UnsafeMutablePointer<PollList>)
    case settings(UnsafeMutablePointer<WorkerSettings>)
    case port(WorkerPortPointer)
    /// A flow that was to be installed, or removed: forgotten if it is gone.
    case flow(FlowHandle)
  }

  init(
    id: Int, core: Int?, index: Int, bell: UnsafeMutablePointer<TranslatorBell>,
    puntBell: UnsafeMutablePointer<TranslatorBell>, kernels: UnsafePointer<pb_kernels>,
    configuration: DatapathConfiguration
  ) throws {
    guard let ring = MissRing(), let puntRing = PuntRing() else {
      throw DatapathError("out of memory for a worker's rings")
    }
    (self.id, self.core, self.index) = (id, core, index)
    numaNode = core.map { Int(pb_numa_node_of_core(Int32($0))) } ?? 0
    misses = .allocate(capacity: 1)
    misses.initialize(to: ring)
    punts = .allocate(capacity: 1)
    punts.initialize(to: puntRing)
    samples = .allocate(capacity: 1)
    samples.initialize(to: SampleRing())
    mailbox = try Mailbox.create()
    worker = allocateLines(Worker.self, count: 1)
    worker.initialize(
      to: try Worker(
        id: id, mailbox: mailbox, misses: misses, bell: bell, punts: punts, puntBell: puntBell,
        samples: samples, kernels: kernels, configuration: configuration))
    pollSet = core == nil ? pb_poll_create() : -1
    if core == nil { _ = pb_poll_add(pollSet, mailbox.pointee.event, nil) }
    let this = Unmanaged.passRetained(self).toOpaque()
    let failure = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<WorkerThread>.fromOpaque(argument).takeRetainedValue().main() }
        return nil
      }, this)
    guard failure == 0 else { throw DatapathError("cannot start a worker: error \(failure)") }
  }

  /// The worker's thread.
  private func main() {
    if let core { _ = pb_pin_self(Int32(core)) }
    pb_name_self(core == nil ? "event" : "pmd-c\(core ?? 0)/id:\(id)")
    // An lcore id gives the thread its own cache of packet buffers.
    let registered = rte_thread_register() == 0
    if core == nil {
      let tags = UnsafeMutablePointer<UnsafeMutableRawPointer?>.allocate(
        capacity: Worker.eventsPerRound)
      worker.pointee.runEventDriven(pollSet, tags)
      tags.deallocate()
    } else {
      pb_sharpen_sleep()
      worker.pointee.runBusy()
    }
    if registered { rte_thread_unregister() }
  }

  // MARK: Posting

  /// Posts a command and buries what it uses; returns the ticket, nil when the worker has stopped.
  @discardableResult
  func post(_ command: Command, burying graves: [Grave] = []) -> UInt64? {
    lock.withLock {
      guard !hasStopped else {
        for grave in graves { free(grave) }
        return nil
      }
      let ticket = mailbox.pointee.post(command)
      for grave in graves { self.graves.append((ticket, grave)) }
      worker.pointee.supply.pointee.serve()
      sweep()
      return ticket
    }
  }

  /// Posts the installation of a flow whose handle stays alive until the worker lets go of it.
  func install(_ handle: FlowHandle, _ command: Command) -> Bool {
    lock.withLock {
      guard !hasStopped else { return false }
      flows.add(handle)
      let ticket = mailbox.pointee.post(command)
      graves.append((ticket, .flow(handle)))
      worker.pointee.supply.pointee.serve()
      sweep()
      return true
    }
  }

  /// Returns when the worker has processed everything posted so far.
  func wait() {
    let ticket = lock.withLock { mailbox.pointee.postedCount }
    while mailbox.pointee.processedCount() < ticket { pb_sleep_ns(20_000) }
    lock.withLock { sweep() }
  }

  /// Whether the worker has processed everything posted so far.
  var isIdle: Bool { mailbox.pointee.processedCount() == mailbox.pointee.postedCount }

  /// Whether the worker still has not come to what the last call asked of it.
  func isStuck() -> Bool {
    !pulse.isFelt(processed: mailbox.pointee.processedCount()) { post(Command(.barrier)) }
  }

  /// Frees what the worker has let go of. Under the lock.
  private func sweep() {
    let done = mailbox.pointee.processedCount()
    while let first = graves.first, first.ticket <= done {
      _ = graves.popFirst()
      free(first.content)
    }
  }

  private func free(_ grave: Grave) {
    switch grave {
    case .program(let words): words.deallocate()
    case .pollList(let list): PollList.destroy(list)
    case .settings(let settings): settings.deallocate()
    case .port(let port):
      port.pointee.destroy()
      port.deallocate()
    case .flow(let handle):
      if handle.state == .removed { flows.remove(handle) }
    }
  }

  /// Forgets handles of flows that went with their port.
  func forgetRemovedFlows() {
    lock.withLock { flows.removeAll { $0.state == .removed } }
  }

  /// The metrics, which live as long as the worker.
  func makeMetrics() -> UnsafeMutablePointer<RoundMetrics> {
    if let metrics { return metrics }
    let made = UnsafeMutablePointer<RoundMetrics>.allocate(capacity: 1)
    made.initialize(to: RoundMetrics())
    metrics = made
    return made
  }

  // MARK: End

  /// Ends the thread; all its flows are reported as removed.
  func stop() {
    let isFirst = lock.withLock { () -> Bool in
      guard !hasStopped else { return false }
      hasStopped = true
      _ = mailbox.pointee.post(Command(.stop))
      return true
    }
    guard isFirst else { return }
    pthread_join(thread, nil)
    lock.withLock {
      sweep()
      flows.removeAll()
    }
  }

  deinit {
    worker.pointee.destroy()
    worker.deallocate()
    mailbox.pointee.destroy()
    mailbox.deallocate()
    misses.pointee.destroy()
    misses.deallocate()
    punts.pointee.destroy()
    punts.deallocate()
    samples.pointee.destroy()
    samples.deallocate()
    if let pollList { PollList.destroy(pollList) }
    if let metrics {
      metrics.pointee.destroy()
      metrics.deallocate()
    }
    if pollSet >= 0 { pb_close(pollSet) }
  }
}
