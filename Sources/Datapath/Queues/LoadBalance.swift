/// Whether it is worth to assign queues anew by itself (ovs-vswitchd.conf.db(5), `pmd-auto-lb`): when
/// a worker has been busy for a minute, and another assignment would make the workers' loads so much
/// more equal. Pure.
public struct LoadBalance: Equatable, Sendable {
  public var isEnabled = false
  /// Minutes between two looks.
  public var interval = 1
  /// Percent of the time that a worker must be busy, and by how many percent the variance of the
  /// loads must shrink.
  public var loadThreshold = 95
  public var improvementThreshold = 25

  public init() {}

  /// What a dry run found on one node.
  public struct Finding: Equatable, Sendable {
    public var numaNode: Int
    public var current: UInt64
    public var estimate: UInt64
    /// In percent.
    public var improvement: UInt64
  }

  /// Whether there is something to choose: two workers that take part, one of them with two queues.
  public static func hasChoice(
    _ workers: [QueueAssignment.Worker], _ now: QueueAssignment, _ policy: QueueAssignment.Policy
  ) -> Bool {
    let free = workers.filter { !now.isolated.contains($0.id) }
    return policy.algorithm != .roundrobin && free.count > 1
      && free.contains { now.queues[$0.id]?.count ?? 0 > 1 }
  }

  /// Compares what is with what would be; nil when it cannot tell, because queues would be polled
  /// from another node.
  public static func dryRun(
    _ workers: [QueueAssignment.Worker], now: QueueAssignment, then: QueueAssignment,
    _ history: LoadHistory
  ) -> [Finding]? {
    let nodes = Dictionary(grouping: workers, by: \.numaNode)
    if then.crossesNodes && nodes.count > 1 { return nil }
    let cost = history.queueCycles
    func loads(_ assignment: QueueAssignment, _ workers: [QueueAssignment.Worker]) -> [UInt64] {
      workers.filter { !assignment.isolated.contains($0.id) }.map { worker in
        let whole = history.length(worker.id) &* UInt64(LoadHistory.intervals)
        let used = (assignment.queues[worker.id] ?? []).reduce(0) { $0 &+ (cost[$1] ?? 0) }
        return whole == 0 ? 0 : used &* 100 / whole
      }
    }
    return nodes.sorted { $0.key < $1.key }.map { node, workers in
      let current = variance(loads(now, workers))
      let estimate = variance(loads(then, workers))
      let improvement = estimate < current ? (current - estimate) * 100 / current : 0
      return Finding(
        numaNode: node, current: current, estimate: estimate, improvement: improvement)
    }
  }

  public func isWorthIt(_ findings: [Finding]) -> Bool {
    findings.contains { $0.improvement >= UInt64(max(0, improvementThreshold)) }
  }

  /// In whole numbers, as OVS computes it.
  static func variance(_ values: [UInt64]) -> UInt64 {
    guard !values.isEmpty else { return 0 }
    let mean = values.reduce(0, &+) / UInt64(values.count)
    let squares = values.reduce(UInt64(0)) { sum, value in
      let difference = value > mean ? value - mean : mean - value
      return sum &+ difference &* difference
    }
    return squares / UInt64(values.count)
  }
}
