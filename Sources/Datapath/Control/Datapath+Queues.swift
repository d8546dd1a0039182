import CDPDKShim

/// Which worker polls which queue, and how a queue goes from one to another. Control thread.
///
/// A queue moves without losing a packet or letting one overtake another: the worker that takes it is
/// given the flows of the one that has it (`onQueuesMoving`); that one sends what it has buffered and
/// stops polling; its parked packets of the port get their answers; only then the other begins. The
/// ring of the device holds what comes meanwhile.
extension Datapath {
  /// What decides about the assignment: when it is the same as before, no queue moves.
  struct AssignmentInput: Equatable {
    var workers: [QueueAssignment.Worker]
    var queues: [QueueAssignment.Queue]
    var policy: QueueAssignment.Policy
  }

  /// Gives the queues to workers as the policy says, if anything changed that it depends on.
  public func setQueuePolicy(_ policy: QueueAssignment.Policy) {
    queuePolicy = policy
    assignQueues()
  }

  /// Assigns all queues anew, by what they cost in the last minute.
  public func rebalanceQueues() { assignQueues(isForced: true) }

  /// Ends an interval of the load history, five seconds after the last. With a `balance`, counts
  /// overloaded workers.
  public func sampleLoad(_ balance: LoadBalance) {
    lock.withLock {
      let now = pb_tsc()
      loadHistory.add(
        threads.map { thread in
          LoadHistory.Reading(
            worker: thread.id, time: now, busy: thread.worker.pointee.counters.busyCycles,
            queues: Dictionary(
              zip(thread.queues, thread.queueCycles), uniquingKeysWith: { a, _ in a }))
        })
      if balance.isEnabled {
        loadHistory.countOverload(percent: balance.loadThreshold, except: assignment.isolated)
      } else {
        loadHistory.forgetOverload()
      }
    }
  }

  /// What a worker used in the last so many seconds.
  public func usage(of worker: Int, seconds: Int) -> LoadHistory.Usage {
    lock.withLock { loadHistory.usage(of: worker, seconds: seconds) }
  }

  /// Assigns anew what would be spread much better. Returns what the dry run found, nil when there
  /// was none: no worker was overloaded for long, or there is nothing to choose.
  public func balanceQueues(_ balance: LoadBalance) -> [LoadBalance.Finding]? {
    let (input, history, now) = lock.withLock { (assignmentInput(), loadHistory, assignment) }
    guard history.hasLongOverload, LoadBalance.hasChoice(input.workers, now, input.policy),
      let findings = LoadBalance.dryRun(
        input.workers, now: now, then: input.assignment(history), history)
    else { return nil }
    if balance.isWorthIt(findings) { rebalanceQueues() }
    return findings
  }

  private func assignmentInput(without leaving: [WorkerThread] = []) -> AssignmentInput {
    let workers = threads.filter { thread in !leaving.contains { $0 === thread } }
    return AssignmentInput(
      workers: workers.compactMap { thread in
        thread.core.map { .init(id: thread.id, core: $0, numaNode: thread.numaNode) }
      },
      queues: ports.values.flatMap(\.receiveQueues).sorted { $0.queue < $1.queue },
      policy: queuePolicy)
  }

  /// Not under the lock. Workers that are `leaving` get nothing. A queue is taken from one worker
  /// before another gets it, so none is ever polled by two.
  func assignQueues(isForced: Bool = false, without leaving: [WorkerThread] = []) {
    let isUrgent = isForced || !leaving.isEmpty
    if defersAssignment && !isUrgent { return }
    let (input, history) = lock.withLock { (assignmentInput(without: leaving), loadHistory) }
    guard isForced || input != assignedFor else { return }
    let new = input.assignment(history)
    let moves = lock.withLock { self.moves(to: new, input) }
    if !moves.isEmpty { onQueuesMoving?(moves) }
    let left = lock.withLock { () -> [WorkerPortPointer] in
      for thread in threads {
        let wanted = Set(wanted(new, input, thread))
        setQueues(thread.queues.filter { wanted.contains($0) }, of: thread)
      }
      for thread in threads { thread.wait() }
      return moves.compactMap { move in
        threads.first { $0.id == move.from }?.ports[move.queue.port]
      }
    }
    waitForParked(left)
    lock.withLock {
      for thread in threads { setQueues(wanted(new, input, thread), of: thread) }
      for thread in threads { thread.wait() }
      assignedFor = input
      assignment = new
      loadHistory.forgetOverload()
    }
    if !new.steps.isEmpty { onQueuesAssigned?(new) }
  }

  /// Without busy workers the event worker polls.
  private func wanted(
    _ new: QueueAssignment, _ input: AssignmentInput, _ thread: WorkerThread
  ) -> [ReceiveQueue] {
    if input.workers.isEmpty { return thread.core == nil ? input.queues.map(\.queue) : [] }
    return new.queues[thread.id] ?? []
  }

  private func moves(to new: QueueAssignment, _ input: AssignmentInput) -> [QueueMove] {
    var target: [ReceiveQueue: Int] = [:]
    for thread in threads { for q in wanted(new, input, thread) { target[q] = thread.id } }
    return threads.flatMap { thread in
      thread.queues.compactMap { queue in
        target[queue].flatMap {
          $0 == thread.id ? nil : QueueMove(queue: queue, from: thread.id, to: $0)
        }
      }
    }
  }

  /// Packets of a queue that moves may still wait for an answer where it was. They are few, and
  /// answers take microseconds; but a device's ring does not hold packets for ever, so after this time
  /// the queue goes on.
  private static let parkedMilliseconds: Int64 = 20

  /// Not under the lock, which those who answer need.
  private func waitForParked(_ ports: [WorkerPortPointer]) {
    let end = pb_monotonic_ms() + Self.parkedMilliseconds
    while ports.contains(where: { $0.pointee.parkedPackets > 0 }), pb_monotonic_ms() < end {
      whileQuiescing?()
      pb_sleep_ns(20_000)
    }
  }

  /// Takes a port's queues from whoever polls them. Under the lock. If the port comes back, as the
  /// same to all appearances, its queues are assigned anew.
  func withdrawQueues(of port: PortNumber) {
    if threads.contains(where: { $0.queues.contains { $0.port == port } }) { assignedFor = nil }
    for thread in threads { setQueues(thread.queues.filter { $0.port != port }, of: thread) }
  }

  /// Posts a poll list if it is another one than now; the old one is freed when it is out of use.
  private func setQueues(_ queues: [ReceiveQueue], of thread: WorkerThread) {
    guard thread.queues != queues else { return }
    let cycles = Dictionary(
      zip(thread.queues, thread.queueCycles), uniquingKeysWith: { first, _ in first })
    let known = queues.filter { thread.ports[$0.port] != nil }
    thread.queues = known
    let list = PollList.create(
      known.compactMap { queue in
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
}

extension Datapath.AssignmentInput {
  func assignment(_ history: LoadHistory) -> QueueAssignment {
    QueueAssignment(queues, to: workers, policy: policy, cycles: history.queueCycles)
  }
}
