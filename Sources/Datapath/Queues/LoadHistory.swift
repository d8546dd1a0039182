/// What queues and workers have cost in each of the last twelve intervals of five seconds: made of
/// readings of the workers' counters, which are plain words that only grow.
///
/// A value; the datapath keeps one and adds to it when the control thread says that it is time.
public struct LoadHistory: Sendable {
  public static let intervals = 12
  public static let intervalSeconds = 5

  /// A worker's counters at one moment.
  public struct Reading: Sendable {
    public var worker: Int
    /// The time in cycles, and those of rounds that had packets.
    public var time: UInt64
    public var busy: UInt64
    public var queues: [ReceiveQueue: UInt64]

    public init(worker: Int, time: UInt64, busy: UInt64, queues: [ReceiveQueue: UInt64]) {
      (self.worker, self.time, self.busy, self.queues) = (worker, time, busy, queues)
    }
  }

  /// What a worker did in an interval, in cycles.
  struct Load {
    var total: UInt64
    var busy: UInt64
    var queues: [ReceiveQueue: UInt64]
    /// In percent.
    var share: UInt64 { total == 0 ? 0 : busy * 100 / total }
  }

  /// The newest first; workers by id.
  private var loads: [[Int: Load]] = []
  private var last: [Int: Reading] = [:]
  /// For how many intervals each worker was at the limit of `countOverload`, without a break.
  private var overloaded: [Int: Int] = [:]

  public init() {}

  /// Ends an interval.
  public mutating func add(_ readings: [Reading]) {
    var loads: [Int: Load] = [:]
    for now in readings {
      guard let before = last[now.worker] else { continue }
      loads[now.worker] = Load(
        total: now.time &- before.time, busy: now.busy &- before.busy,
        // A queue that has just come to the worker begins at zero.
        queues: now.queues.reduce(into: [:]) { sum, entry in
          let old = before.queues[entry.key] ?? 0
          sum[entry.key] = entry.value >= old ? entry.value - old : entry.value
        })
    }
    last = Dictionary(readings.map { ($0.worker, $0) }, uniquingKeysWith: { a, _ in a })
    self.loads = Array(([loads] + self.loads).prefix(Self.intervals))
  }

  /// What each queue has cost in all intervals, whoever polled it.
  public var queueCycles: [ReceiveQueue: UInt64] {
    loads.joined().reduce(into: [:]) { sum, entry in
      sum.merge(entry.value.queues, uniquingKeysWith: &+)
    }
  }

  /// A worker's usage over some time. An interval's length stands for all; what was before the worker
  /// began counts as idle.
  public struct Usage: Equatable, Sendable {
    /// 0: nothing is known yet.
    public var total: UInt64 = 0
    public var busy: UInt64 = 0
    public var queues: [ReceiveQueue: UInt64] = [:]
    public init() {}
  }

  public func usage(of worker: Int, seconds: Int) -> Usage {
    let count = (seconds + Self.intervalSeconds - 1) / Self.intervalSeconds
    var usage = Usage()
    usage.total = length(worker) &* UInt64(count)
    for load in loads.prefix(count).compactMap({ $0[worker] }) {
      usage.busy &+= load.busy
      usage.queues.merge(load.queues, uniquingKeysWith: &+)
    }
    usage.busy = min(usage.busy, usage.total)
    return usage
  }

  /// Cycles of the last interval; 0 when there was none yet.
  public func length(_ worker: Int) -> UInt64 { loads.first?[worker]?.total ?? 0 }

  // MARK: Overload

  /// After `add`: counts the intervals in which the workers were busy for at least so many percent.
  public mutating func countOverload(percent: Int, except isolated: Set<Int>) {
    guard let newest = loads.first else { return }
    for (worker, load) in newest {
      let isOver = !isolated.contains(worker) && load.share >= UInt64(max(0, percent))
      overloaded[worker] = isOver ? (overloaded[worker] ?? 0) + 1 : 0
    }
    overloaded = overloaded.filter { newest[$0.key] != nil }
  }

  /// Whether a worker was at the limit in every interval that is kept.
  public var hasLongOverload: Bool { overloaded.values.contains { $0 >= Self.intervals } }

  /// After queues have moved: overload is counted anew.
  public mutating func forgetOverload() { overloaded = [:] }
}
