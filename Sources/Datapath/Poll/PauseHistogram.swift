/// How long a worker's commands (flows that come, change and go, ports) kept its packets waiting: per
/// round of the poll loop in which there were commands, the time from the first to the last. Counted in
/// powers of two of TSC cycles. The worker writes, control reads.
struct PauseCounters {
  static let places = 64
  let counts = allocateLines(UInt64.self, count: places)
  var longest: UInt64 = 0

  func destroy() { counts.deallocate() }

  mutating func count(_ cycles: UInt64) {
    counts[63 - (cycles | 1).leadingZeroBitCount] &+= 1
    if cycles > longest { longest = cycles }
  }
}

/// A snapshot of `PauseCounters`.
public struct PauseHistogram: Equatable, Sendable {
  /// Rounds that took from 2^index up to 2^(index + 1) cycles.
  public let counts: [UInt64]
  /// In cycles.
  public let longest: UInt64
  public let cyclesPerMicrosecond: Double

  public var rounds: UInt64 { counts.reduce(0, +) }

  /// An upper bound, in microseconds, of all but a share of `1 - fraction` of the pauses.
  public func quantile(_ fraction: Double) -> Double {
    let wanted = UInt64((Double(rounds) * fraction).rounded(.up))
    var sum: UInt64 = 0
    for (index, count) in counts.enumerated() {
      sum += count
      if sum >= wanted, sum > 0 {
        return min(Double(longest), Double(sign: .plus, exponent: index + 1, significand: 1))
          / cyclesPerMicrosecond
      }
    }
    return 0
  }

  public var longestMicroseconds: Double { Double(longest) / cyclesPerMicrosecond }
}
