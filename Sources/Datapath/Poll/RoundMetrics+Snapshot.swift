import Glibc

extension RoundMetrics {
  /// What was measured so far. Any thread.
  public struct Snapshot: Sendable {
    /// By measure: the ends of the bins, the last without one, and how many fell into each.
    public var walls: [Measure: [UInt64]] = [:]
    public var counts: [Measure: [UInt64]] = [:]
    /// The newest first.
    public var rounds: [Record] = []
    public var milliseconds: [Record] = []
    /// Of all milliseconds that are over.
    public var total = Record()
  }

  var snapshot: Snapshot {
    var s = Snapshot()
    for measure in Measure.allCases {
      let first = measure.rawValue * Self.bins
      s.walls[measure] = (0..<Self.bins - 1).map { ends[first + $0] }
      s.counts[measure] = (0..<Self.bins).map { counts[first + $0] }
    }
    s.rounds = Self.newestFirst(rounds, roundCount)
    s.milliseconds = Self.newestFirst(milliseconds, millisecondCount)
    s.total = total
    return s
  }

  private static func newestFirst(
    _ ring: UnsafeMutablePointer<Record>, _ count: UInt64
  ) -> [Record] {
    (0..<min(count, UInt64(historyLength))).map {
      ring[Int((count - 1 - $0) % UInt64(historyLength))]
    }
  }

  // MARK: Walls

  /// All ends but the last, which has none.
  static func walls(of measure: Measure) -> [UInt64] {
    switch measure {
    case .cycles: logarithmic(500, 24_000_000)
    case .packets: logarithmic(0, 1000)
    case .cyclesPerPacket: linear(100, 30_000)
    case .packetsPerBurst: linear(0, 32)
    case .queueFill: logarithmic(0, 512)
    case .misses: linear(0, 30)
    case .cyclesPerMiss: logarithmic(1000, 1_000_000)
    }
  }

  private static func linear(_ low: Int, _ high: Int) -> [UInt64] {
    (0..<bins - 1).map { UInt64(low + $0 * (high - low) / (bins - 2)) }
  }

  /// Equal steps on a logarithmic scale, but at least one each. Zero has a bin of its own.
  private static func logarithmic(_ low: Int, _ high: Int) -> [UInt64] {
    var walls: [UInt64] = low == 0 ? [0] : []
    let count = bins - 1 - walls.count
    let (first, last) = (log(Double(max(low, 1))), log(Double(high)))
    var least: UInt64 = UInt64(walls.count)
    for step in 0..<count {
      let wall = exp(first + Double(step) * (last - first) / Double(count - 1))
      walls.append(max(least, UInt64(wall)))
      least = walls[walls.count - 1] + 1
    }
    walls[walls.count - 1] = max(walls[walls.count - 1], UInt64(high))
    return walls
  }
}
