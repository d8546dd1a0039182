import CDPDKShim
import Histogram

/// Counts latencies while packets pass: an array of counters with 128 steps per power of two (values
/// are off by 0.4% at most), written by one sink and read by control at any time. For percentiles
/// control turns it into a histogram of the HdrHistogram package, in nanoseconds.
struct LatencyTable {
  private static let steps: UInt32 = 128
  static let size = 25 * 128 + 128

  private let counts: UnsafeMutablePointer<UInt64>

  init() {
    counts = .allocate(capacity: LatencyTable.size)
    counts.initialize(repeating: 0, count: LatencyTable.size)
  }

  func destroy() { counts.deallocate() }

  /// In `Signature.time` units; a difference that is negative (clocks of two cores may differ by a
  /// few cycles) counts as none.
  @inline(__always)
  func record(_ units: UInt32) {
    counts[LatencyTable.index(Int32(bitPattern: units) < 0 ? 0 : units)] &+= 1
  }

  @inline(__always)
  static func index(_ value: UInt32) -> Int {
    let shift = max(0, 24 &- value.leadingZeroBitCount)
    return shift &* Int(steps) &+ Int(value >> UInt32(truncatingIfNeeded: shift))
  }

  /// The middle of the values that share an index.
  static func value(at index: Int) -> Double {
    let shift = max(0, index / Int(steps) - 1)
    let low = (index - shift * Int(steps)) << shift
    return Double(low) + Double((1 << shift) - 1) / 2
  }

  /// The counters, as they are now.
  func snapshot() -> [UInt64] {
    (0..<LatencyTable.size).map { pb_load_relaxed_u64(counts + $0) }
  }
}

/// Latencies in nanoseconds.
public typealias LatencyHistogram = Histogram<UInt64>

extension LatencyHistogram {
  /// Of the counters of sinks, added up.
  init(counts: [UInt64], nanosecondsPerUnit: Double) {
    self.init(highestTrackableValue: 60_000_000_000, numberOfSignificantValueDigits: .three)
    for (index, count) in counts.enumerated() where count > 0 {
      record(UInt64(LatencyTable.value(at: index) * nanosecondsPerUnit), count: count)
    }
  }
}
