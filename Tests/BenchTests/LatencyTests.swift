import TestSupport
import XCTest

@testable import Bench

final class LatencyTests: XCTestCase {
  /// Every value falls into a step whose middle is at most 0.4% away, and steps are in order.
  func testStepsAreFine() {
    var random = SplitMix(seed: 2)
    for _ in 0..<100_000 {
      let value =
        UInt32(truncatingIfNeeded: random.next()) >> UInt32.random(in: 0..<32, using: &random)
      let index = LatencyTable.index(value)
      XCTAssertLessThan(index, LatencyTable.size)
      let middle = LatencyTable.value(at: index)
      XCTAssertEqual(middle, Double(value), accuracy: max(0.5, Double(value) * 0.004))
    }
    XCTAssertEqual(LatencyTable.index(.max), LatencyTable.size - 1)
    let values = (0..<LatencyTable.size).map(LatencyTable.value)
    XCTAssertEqual(values, values.sorted())
  }

  func testPercentiles() {
    let table = LatencyTable()
    defer { table.destroy() }
    for value in 1...10_000 as ClosedRange<UInt32> { table.record(value) }
    var result = TrialResult(rate: nil, seconds: 1)
    result.latency = LatencyHistogram(counts: table.snapshot(), nanosecondsPerUnit: 1000)
    for (percentile, expected) in [(50.0, 5000.0), (99, 9900), (99.9, 9990)] {
      XCTAssertEqual(
        result.microseconds(percentile: percentile), expected, accuracy: expected * 0.006)
    }
    XCTAssertEqual(result.maxMicroseconds, 10_000, accuracy: 60)
  }

  /// Clocks that differ a little must not look like four seconds.
  func testNegativeLatencyIsNone() {
    let table = LatencyTable()
    defer { table.destroy() }
    table.record(UInt32(bitPattern: -3))
    XCTAssertEqual(table.snapshot()[0], 1)
  }
}
