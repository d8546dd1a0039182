import TestSupport
import XCTest

@testable import Bench

/// The throughput search against simulated devices.
final class SearchTests: XCTestCase {
  /// A switch that forwards `capacity` packets per second and drops the rest, behind a port that takes
  /// `line`.
  private func run(
    _ search: inout ThroughputSearch, capacity: Double, line: Double, noise: Double = 0
  ) -> Int {
    var trials = 0
    var random = SplitMix(seed: UInt64(capacity))
    while let step = search.next {
      trials += 1
      XCTAssertLessThanOrEqual(trials, ThroughputSearch.maxTrials)
      var rate: Double?
      if case .rate(let value) = step { rate = value }
      let offered = min(rate ?? line, line)
      var result = TrialResult(rate: rate, seconds: 1)
      result.sent = UInt64(offered)
      result.received = UInt64(
        min(offered, capacity) * (1 - Double.random(in: 0...1, using: &random) * noise))
      search.record(result)
    }
    return trials
  }

  func testFindsTheCapacity() {
    for capacity in [1e3, 1.23e6, 7e6, 29e6] {
      var search = ThroughputSearch(tolerance: 0)
      _ = run(&search, capacity: capacity, line: 30e6)
      let found = search.best?.sentRate ?? 0
      XCTAssertLessThanOrEqual(found, capacity)
      XCTAssertGreaterThan(found, capacity * 0.985)
    }
  }

  func testTakesTheLineWhenNothingIsLost() {
    var search = ThroughputSearch(tolerance: 0)
    XCTAssertEqual(run(&search, capacity: 50e6, line: 30e6), 1)
    XCTAssertEqual(search.best?.sent, 30_000_000)
  }

  func testToleratesLoss() {
    var strict = ThroughputSearch(tolerance: 0)
    _ = run(&strict, capacity: 10e6, line: 30e6, noise: 0.0005)
    var tolerant = ThroughputSearch(tolerance: 0.001)
    _ = run(&tolerant, capacity: 10e6, line: 30e6, noise: 0.0005)
    XCTAssertLessThan(strict.best?.sentRate ?? 0, 1e4)
    XCTAssertGreaterThan(tolerant.best?.sentRate ?? 0, 9.8e6)
  }

  func testEndsWhenNothingComesThrough() {
    var search = ThroughputSearch(tolerance: 0.01)
    XCTAssertEqual(run(&search, capacity: 0, line: 30e6), 1)
    XCTAssertNil(search.best)
  }

  func testEndsWhenThePortTakesLess() {
    var search = ThroughputSearch(tolerance: 0)
    var first = TrialResult(rate: nil, seconds: 1)
    (first.sent, first.received) = (10_000_000, 9_000_000)
    search.record(first)
    XCTAssertEqual(search.next, .rate(5e6))
    var second = TrialResult(rate: 5e6, seconds: 1)
    (second.sent, second.received) = (3_000_000, 3_000_000)
    search.record(second)
    XCTAssertNil(search.next)
    XCTAssertEqual(search.best?.sent, 3_000_000)
  }
}
