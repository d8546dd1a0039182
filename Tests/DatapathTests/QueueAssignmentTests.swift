import TestSupport
import Testing

@testable import Datapath

/// Who polls what: cases worked by hand, and what must hold for all.
@Suite struct QueueAssignmentTests {
  private typealias Worker = QueueAssignment.Worker
  private typealias Queue = QueueAssignment.Queue

  /// Workers on these cores, all of one node; ids are ten times the core.
  private func workers(_ cores: [Int], node: Int = 0) -> [Worker] {
    cores.map { Worker(id: $0 * 10, core: $0, numaNode: node) }
  }
  private func queues(_ count: Int, port: PortNumber = 1, node: Int = 0) -> [Queue] {
    (0..<count).map { Queue(ReceiveQueue(port: port, queue: $0), numaNode: node) }
  }
  private func policy(
    _ algorithm: QueueAssignment.Algorithm, isolates: Bool = true, pins: [Int: Int] = [:]
  ) -> QueueAssignment.Policy {
    var policy = QueueAssignment.Policy()
    policy.algorithm = algorithm
    policy.isolates = isolates
    for (queue, core) in pins { policy.pins[ReceiveQueue(port: 1, queue: queue)] = core }
    return policy
  }
  private func cost(_ values: [UInt64]) -> [ReceiveQueue: UInt64] {
    Dictionary(
      uniqueKeysWithValues: values.enumerated().map { (ReceiveQueue(port: 1, queue: $0), $1) })
  }
  /// Numbers of queues by core.
  private func byCore(_ a: QueueAssignment) -> [Int: [Int]] {
    Dictionary(uniqueKeysWithValues: a.queues.map { ($0 / 10, $1.map(\.queue)) })
  }

  @Test func roundRobinGoesInTheOrderOfQueues() {
    let a = QueueAssignment(
      queues(5), to: workers([2, 1, 3]), policy: policy(.roundrobin), cycles: cost([9, 8, 7, 6, 5]))
    #expect(byCore(a) == [1: [0, 3], 2: [1, 4], 3: [2]])
    #expect(a.steps.allSatisfy { $0.cycles == 0 })
  }

  @Test func cyclesGoesUpAndDownByCost() {
    // In order of cost: 1, 2, 3, 0, 4, 5 go to 1, 2, 3, 3, 2, 1.
    let a = QueueAssignment(
      queues(6), to: workers([1, 2, 3]), policy: policy(.cycles),
      cycles: cost([10, 50, 30, 20, 5, 1]))
    #expect(byCore(a) == [1: [1, 5], 2: [2, 4], 3: [0, 3]])
    #expect(a.steps.map(\.queue.queue) == [1, 2, 3, 0, 4, 5])
    #expect(a.cycles == [10: 51, 20: 35, 30: 30])
  }

  @Test func equalCostsGoByNumber() {
    let a = QueueAssignment(
      queues(4), to: workers([1, 2]), policy: policy(.cycles), cycles: [:])
    #expect(byCore(a) == [1: [0, 3], 2: [1, 2]])
  }

  @Test func groupGivesToTheLeastLoaded() {
    // 1 (50) to core 1, 2 (30) to 2, 3 (20) to 3, 0 (10) to 3, 4 (5) to 2.
    let a = QueueAssignment(
      queues(5), to: workers([1, 2, 3]), policy: policy(.group),
      cycles: cost([10, 50, 30, 20, 5]))
    #expect(byCore(a) == [1: [1], 2: [2, 4], 3: [0, 3]])
    // Nothing is known: by number.
    let b = QueueAssignment(queues(5), to: workers([1, 2]), policy: policy(.group), cycles: [:])
    #expect(byCore(b) == [1: [0, 2, 4], 2: [1, 3]])
  }

  @Test func pinnedQueuesIsolateTheirWorker() {
    let a = QueueAssignment(
      queues(4), to: workers([1, 2]), policy: policy(.cycles, pins: [3: 1]), cycles: [:])
    #expect(byCore(a) == [1: [3], 2: [0, 1, 2]])
    #expect(a.isolated == [10])
    let b = QueueAssignment(
      queues(4), to: workers([1, 2]), policy: policy(.group, isolates: false, pins: [3: 1]),
      cycles: cost([1, 1, 1, 9]))
    #expect(byCore(b) == [1: [3], 2: [0, 1, 2]] && b.isolated.isEmpty)
  }

  @Test func aPinWithoutWorkerIsNoPin() {
    let a = QueueAssignment(
      queues(2), to: workers([1]), policy: policy(.cycles, pins: [0: 7]), cycles: [:])
    #expect(byCore(a) == [1: [0, 1]] && a.isolated.isEmpty)
    #expect(a.steps.first?.outcome == .cannotPin(core: 7))
  }

  @Test func nobodyPollsWhenAllAreIsolated() {
    let a = QueueAssignment(
      queues(3), to: workers([1, 2]), policy: policy(.cycles, pins: [0: 1, 1: 2]), cycles: [:])
    #expect(byCore(a) == [1: [0], 2: [1]])
    #expect(a.steps.last?.outcome == .notPolled)
  }

  @Test func otherNodesHelpInTurn() {
    let two = workers([1], node: 0) + workers([2], node: 1)
    let own = QueueAssignment(
      queues(2, node: 0) + queues(1, port: 2, node: 1), to: two, policy: policy(.cycles),
      cycles: [:])
    #expect(own.queues[10]?.count == 2 && own.queues[20]?.count == 1 && !own.crossesNodes)
    let foreign = QueueAssignment(
      queues(4, node: 3), to: two, policy: policy(.cycles), cycles: [:])
    #expect(byCore(foreign) == [1: [0, 2], 2: [1, 3]] && foreign.crossesNodes)
  }

  /// Random switches: whatever there is, what is promised holds.
  @Test(arguments: 0..<300) func promisesHold(seed: Int) {
    var random = SplitMix(seed: UInt64(seed))
    let algorithm: QueueAssignment.Algorithm = [.cycles, .group, .roundrobin].randomElement(
      using: &random)!
    let count = Int.random(in: 1...6, using: &random)
    let workers = (0..<count).map {
      Worker(id: $0 * 10, core: $0, numaNode: Int.random(in: 0...1, using: &random))
    }
    let queues = (0..<Int.random(in: 0...20, using: &random)).map {
      Queue(ReceiveQueue(port: 1, queue: $0), numaNode: Int.random(in: 0...2, using: &random))
    }
    var pins: [Int: Int] = [:]
    for queue in queues where Bool.random(using: &random) && seed % 2 == 0 {
      pins[queue.queue.queue] = Int.random(in: 0...7, using: &random)
    }
    let policy = policy(algorithm, isolates: seed % 3 != 0, pins: pins)
    let cost = cost(queues.map { _ in UInt64.random(in: 0...9, using: &random) })
    let a = QueueAssignment(queues, to: workers, policy: policy, cycles: cost)

    let polled = a.queues.values.joined()
    #expect(Set(polled).count == polled.count, "no queue twice")
    let missing = a.steps.filter { $0.outcome == .notPolled }.count
    #expect(polled.count + missing == queues.count)
    #expect(missing == 0 || a.isolated.count == workers.count)
    for worker in workers {
      for queue in a.queues[worker.id] ?? [] {
        let pin = policy.pins[queue].flatMap { core in workers.first { $0.core == core } }
        if let pin { #expect(pin.id == worker.id) }
        if a.isolated.contains(worker.id) { #expect(pin != nil) }
      }
    }
    let shuffled = QueueAssignment(
      queues.shuffled(using: &random), to: workers.shuffled(using: &random), policy: policy,
      cycles: cost)
    #expect(shuffled == a, "the order of the arguments does not matter")
    if algorithm == .group && pins.isEmpty { checkBalance(a, workers, queues, cost) }
  }

  /// No worker of a node that polls only its own queues has more than the dearest queue above the
  /// least.
  private func checkBalance(
    _ a: QueueAssignment, _ workers: [Worker], _ queues: [Queue], _ cost: [ReceiveQueue: UInt64]
  ) {
    guard Set(workers.map(\.numaNode)).count == 1 else { return }
    let loads = workers.map { a.cycles[$0.id] ?? 0 }
    let dearest = queues.compactMap { cost[$0.queue] }.max() ?? 0
    #expect(loads.max()! - loads.min()! <= dearest)
  }
}
