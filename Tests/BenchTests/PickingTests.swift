import Glibc
import XCTest

@testable import Bench

/// Which flow, and when.
final class PickingTests: XCTestCase {
  func testFlowsTakeTurns() {
    var picker = FlowPicker(flows: 5, columns: nil, index: 1, of: 2)
    XCTAssertEqual((0..<12).map { _ in picker.pick() }, [2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3])
  }

  /// The alias table holds exactly the weights: what a flow gets over all columns is its share.
  func testAliasTableIsExact() {
    for flows in [1, 2, 3, 10, 1000, 50_000] {
      let columns = FlowPicker.makeColumns(flows: flows)
      defer { columns.deallocate() }
      var share = [Double](repeating: 0, count: flows)
      for column in 0..<flows {
        let own = Double(columns[column] >> 32) / Double(UInt32.max)
        share[column] += own
        share[Int(columns[column] & 0xffff_ffff)] += 1 - own
      }
      let total = (1...flows).reduce(0.0) { $0 + 1 / Double($1) }
      for (i, value) in share.enumerated() {
        let expected = Double(flows) / Double(i + 1) / total
        XCTAssertEqual(value, expected, accuracy: 1e-5 * max(1, expected), "flow \(i) of \(flows)")
      }
    }
  }

  func testDrawsFollowZipf() {
    let flows = 100
    let draws = 400_000
    let columns = FlowPicker.makeColumns(flows: flows)
    defer { columns.deallocate() }
    var picker = FlowPicker(flows: flows, columns: columns, index: 0, of: 1)
    var counts = [Double](repeating: 0, count: flows)
    for _ in 0..<draws { counts[Int(picker.pick())] += 1 }
    let total = (1...flows).reduce(0.0) { $0 + 1 / Double($1) }
    for (i, count) in counts.enumerated() {
      let expected = Double(draws) / Double(i + 1) / total
      XCTAssertEqual(count, expected, accuracy: 6 * sqrt(expected), "flow \(i)")
    }
  }

  /// However often it is asked, as many packets are due as the rate says.
  func testPacerKeepsTheRate() {
    for cycles in [0.7, 3, 86.67, 1e6] {
      for step in [1, 7, 1000, 100_000] as [UInt64] {
        var pacer = Pacer(start: 1000, cyclesPerPacket: cycles, patience: 1 << 30)
        var now: UInt64 = 900
        var sent = 0
        for _ in 0..<10_000 {
          now += step
          sent += pacer.due(now, limit: .max)
        }
        let expected = Double(now - 1000) / cycles + 1
        XCTAssertEqual(Double(sent), expected, accuracy: 1 + expected * 1e-4, "\(cycles) \(step)")
        XCTAssertEqual(pacer.missed, 0)
      }
    }
  }

  func testPacerGivesBurstsAndThenForgets() {
    var pacer = Pacer(start: 0, cyclesPerPacket: 10, patience: 1000)
    XCTAssertEqual(pacer.due(500, limit: 32), 32)
    XCTAssertEqual(pacer.due(500, limit: 32), 51 - 32)
    XCTAssertEqual(pacer.missed, 0)
    // After a long pause the last 1000 cycles are made up for, the rest is missed.
    var sent = 0
    while case let count = pacer.due(1_000_000, limit: 32), count > 0 { sent += count }
    XCTAssertEqual(Double(sent), 100, accuracy: 2)
    XCTAssertEqual(sent + 51 + Int(pacer.missed), 100_001)
  }

  func testWhatIsDueAtTheEndIsMissed() {
    var pacer = Pacer(start: 0, cyclesPerPacket: 10, patience: 1000)
    XCTAssertEqual(pacer.due(45, limit: 32), 5)
    pacer.finish(100)
    XCTAssertEqual(Double(pacer.missed), 5, accuracy: 1)
    pacer.finish(50)
    XCTAssertLessThanOrEqual(pacer.missed, 6)
  }

  func testPacerWithoutRateIsAlwaysDue() {
    var pacer = Pacer(start: 100, cyclesPerPacket: 0, patience: 1)
    XCTAssertEqual(pacer.due(99, limit: 32), 0)
    XCTAssertEqual(pacer.due(100, limit: 32), 32)
    XCTAssertEqual(pacer.due(100, limit: 32), 32)
  }

  func testCoreRoles() {
    XCTAssertEqual(CoreRoles([3], hasSink: true).all, [3])
    let roles = CoreRoles([1, 2, 3], hasSink: true)
    XCTAssertEqual(roles.generators, [1, 2])
    XCTAssertEqual(roles.sinks, [3])
    XCTAssertEqual(CoreRoles([1, 2], hasSink: false).generators, [1, 2])
  }
}
