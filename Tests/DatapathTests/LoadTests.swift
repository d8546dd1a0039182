import Testing

@testable import Datapath

@Suite struct LoadTests {
  private let a = ReceiveQueue(port: 1, queue: 0)
  private let b = ReceiveQueue(port: 1, queue: 1)

  /// `count` intervals of 1000 cycles, after `start`.
  private func run(
    _ history: inout LoadHistory, _ count: Int, from start: inout UInt64,
    _ workers: [Int: [ReceiveQueue: UInt64]], _ sums: inout [Int: [ReceiveQueue: UInt64]]
  ) {
    for _ in 0..<count {
      start += 1000
      for (worker, queues) in workers {
        sums[worker] = (sums[worker] ?? [:]).merging(queues, uniquingKeysWith: +)
          .filter { queues[$0.key] != nil }
      }
      history.add(
        workers.keys.map { id in
          let queues = sums[id] ?? [:]
          return .init(
            worker: id, time: start, busy: queues.values.reduce(0, +), queues: queues)
        })
    }
  }

  @Test func usageIsOfTheWholeTime() {
    var history = LoadHistory()
    var (time, sums) = (UInt64(0), [Int: [ReceiveQueue: UInt64]]())
    run(&history, 1, from: &time, [1: [a: 500, b: 0]], &sums)
    #expect(history.usage(of: 1, seconds: 60).total == 0, "one reading is no interval")
    run(&history, 1, from: &time, [1: [a: 500, b: 100]], &sums)
    // An interval of twelve, as OVS shows it: 500 of 12000.
    let usage = history.usage(of: 1, seconds: 60)
    #expect(usage.total == 12_000 && usage.queues == [a: 500, b: 100] && usage.busy == 600)
    #expect(history.usage(of: 1, seconds: 5).total == 1000)
    run(&history, 20, from: &time, [1: [a: 500, b: 100]], &sums)
    #expect(history.usage(of: 1, seconds: 60).queues == [a: 6000, b: 1200])
    #expect(history.usage(of: 1, seconds: 7).queues == [a: 1000, b: 200])
    #expect(history.usage(of: 9, seconds: 60) == LoadHistory.Usage())
  }

  @Test func aQueueTakesItsCostAlong() {
    var history = LoadHistory()
    var (time, sums) = (UInt64(0), [Int: [ReceiveQueue: UInt64]]())
    run(&history, 3, from: &time, [1: [a: 300, b: 100], 2: [:]], &sums)
    run(&history, 1, from: &time, [1: [a: 300], 2: [b: 100]], &sums)
    #expect(history.queueCycles == [a: 900, b: 300])
    #expect(history.usage(of: 2, seconds: 60).queues == [b: 100], "what it cost here")
  }

  @Test func overloadMustLast() {
    var history = LoadHistory()
    var (time, sums) = (UInt64(0), [Int: [ReceiveQueue: UInt64]]())
    run(&history, 1, from: &time, [1: [a: 950]], &sums)
    for _ in 0..<11 {
      run(&history, 1, from: &time, [1: [a: 950]], &sums)
      history.countOverload(percent: 95, except: [])
    }
    #expect(!history.hasLongOverload)
    var isolated = history
    run(&history, 1, from: &time, [1: [a: 950]], &sums)
    history.countOverload(percent: 95, except: [])
    #expect(history.hasLongOverload)
    isolated.countOverload(percent: 95, except: [1])
    #expect(!isolated.hasLongOverload)
    run(&history, 1, from: &time, [1: [a: 940]], &sums)
    history.countOverload(percent: 95, except: [])
    #expect(!history.hasLongOverload)
  }

  @Test(
    arguments: [
      ([90, 10], 1600), ([50, 50], 0), ([], 0), ([100], 0), ([97, 0, 0], 2091), ([1, 2], 0),
    ] as [([UInt64], UInt64)])
  func varianceIsInWholeNumbers(values: [UInt64], variance: UInt64) {
    #expect(LoadBalance.variance(values) == variance)
  }

  @Test func aDryRunTellsHowMuchBetterItWouldBe() throws {
    var history = LoadHistory()
    var (time, sums) = (UInt64(0), [Int: [ReceiveQueue: UInt64]]())
    run(&history, 13, from: &time, [1: [a: 500, b: 400], 2: [:]], &sums)
    let workers = [1, 2].map { QueueAssignment.Worker(id: $0, core: $0, numaNode: 0) }
    let queues = [a, b].map { QueueAssignment.Queue($0, numaNode: 0) }
    var pinned = QueueAssignment.Policy()
    pinned.algorithm = .group
    pinned.isolates = false
    pinned.pins = [a: 1, b: 1]
    let now = QueueAssignment(queues, to: workers, policy: pinned, cycles: history.queueCycles)
    var free = pinned
    free.pins = [:]
    let then = QueueAssignment(queues, to: workers, policy: free, cycles: history.queueCycles)
    #expect(LoadBalance.hasChoice(workers, now, free))
    #expect(!LoadBalance.hasChoice(workers, then, free), "one queue each")
    // 90 and 0 percent now, 50 and 40 then: variances 2025 and 25.
    let findings = try #require(LoadBalance.dryRun(workers, now: now, then: then, history))
    #expect(findings == [.init(numaNode: 0, current: 2025, estimate: 25, improvement: 98)])
    var balance = LoadBalance()
    #expect(balance.isWorthIt(findings))
    balance.improvementThreshold = 99
    #expect(!balance.isWorthIt(findings))
    let foreign = queues.map { QueueAssignment.Queue($0.queue, numaNode: 5) }
    let two = [workers[0], .init(id: 2, core: 2, numaNode: 1)]
    let crossing = QueueAssignment(foreign, to: two, policy: free, cycles: [:])
    #expect(LoadBalance.dryRun(two, now: now, then: crossing, history) == nil)
  }
}
