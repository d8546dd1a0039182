import Interfaces
import JSONRPC
import XCTest

@testable import Bench

final class ReportTests: XCTestCase {
  private func trial(rate: Double?, sent: UInt64, received: UInt64) -> TrialResult {
    var r = TrialResult(rate: rate, seconds: 2)
    (r.sent, r.sentBytes, r.received, r.receivedBytes) = (sent, sent * 60, received, received * 60)
    for i in 1...1000 as ClosedRange<UInt64> { r.latency.record(i * 1000) }
    return r
  }

  func testJSON() throws {
    var options = BenchOptions()
    (options.port, options.sink, options.loss) = ("net_a0", .port("net_b0"), 0.1)
    options.traffic.vlans = [7]
    let report = BenchReport(
      options, trials: [trial(rate: 500, sent: 1000, received: 800)], throughput: nil)
    let json = try JSON(parsing: report.json.text)
    XCTAssertEqual(json["port"], "net_a0")
    XCTAssertEqual(json["sink"], "net_b0")
    XCTAssertEqual(json["loss_above_tolerance"], true)
    XCTAssertEqual(json["traffic"]?["vlans"], [7])
    let trial = try XCTUnwrap(json["trials"]?.array?.first)
    XCTAssertEqual(trial["lost"], 200)
    XCTAssertEqual(trial["loss"], .real(0.2))
    XCTAssertEqual(trial["tx_pps"], 500)
    XCTAssertEqual(trial["tx_wire_bps"], .integer(500 * 84 * 8))
    guard case .real(let p99)? = trial["latency_us"]?["p99"] else { return XCTFail("\(trial)") }
    XCTAssertEqual(p99, 990, accuracy: 1)
  }

  func testWithoutASinkThereIsNoLoss() throws {
    var options = BenchOptions()
    (options.sink, options.loss) = (.none, 0)
    var sent = trial(rate: nil, sent: 1000, received: 0)
    sent.hasSink = false
    let report = BenchReport(options, trials: [sent], throughput: nil)
    XCTAssertFalse(report.isLossy)
    XCTAssertFalse(report.text.contains("lost"))
    XCTAssertNil(report.json["trials"]?.array?.first?["lost"])
  }

  func testASearchWithoutResultIsLossy() {
    var options = BenchOptions()
    options.searches = true
    let report = BenchReport(
      options, trials: [trial(rate: nil, sent: 10, received: 0)], throughput: nil)
    XCTAssertTrue(report.isLossy)
    XCTAssertTrue(report.text.hasPrefix("no rate was found"))
  }

  /// Both plots are well-formed: tags close, coordinates are numbers inside of the picture.
  func testPlots() throws {
    var options = BenchOptions()
    let trials = [
      trial(rate: nil, sent: 4000, received: 1000), trial(rate: 500, sent: 1000, received: 1000),
    ]
    for searches in [false, true] {
      options.searches = searches
      let plot = BenchReport(options, trials: trials, throughput: trials[1]).plot
      XCTAssertTrue(plot.hasPrefix("<svg ") && plot.hasSuffix("</svg>\n"))
      XCTAssertFalse(plot.contains("nan") || plot.contains("inf"))
      XCTAssertEqual(
        plot.split(separator: "<").count { $0.hasPrefix("text") },
        plot.split(separator: "<").count { $0.hasPrefix("/text") })
      XCTAssertEqual(plot.contains("<polyline"), !searches)
      // Background, and two bars for each of two trials.
      XCTAssertEqual(plot.split(separator: "<").count { $0.hasPrefix("rect") }, searches ? 5 : 1)
    }
  }

  func testAnEmptyTrialHasAPlot() {
    let plot = BenchReport(
      BenchOptions(), trials: [TrialResult(rate: 1, seconds: 1)], throughput: nil
    ).plot
    XCTAssertFalse(plot.contains("nan") || plot.contains("inf"))
  }

  func testEnvironmentTouchesOnlyItsDevices() {
    let machine = EALPlan.Machine(freeHugeMegabytes: 1024, firstCore: 0)
    let virtual = BenchEnvironment.plan(ports: ["net_null0"], eal: "", machine: machine)
    XCTAssertTrue(virtual.arguments.contains("--no-pci"))
    let physical = BenchEnvironment.plan(
      ports: ["0000:3b:00.0", "net_null0"], eal: "-m 64", machine: machine)
    XCTAssertFalse(physical.arguments.contains("--no-pci"))
    XCTAssertTrue(physical.arguments.joined(separator: " ").contains("-a 0000:3b:00.0"))
    XCTAssertTrue(physical.arguments.joined(separator: " ").contains("-m 64"))
    XCTAssertEqual(
      BenchEnvironment.plan(
        ports: [], eal: "", machine: EALPlan.Machine(freeHugeMegabytes: 0, firstCore: 0)
      ).losses.count, 1)
  }

  func testPCIAddresses() {
    for name in ["0000:3b:00.0", "3b:00.1", "0000:3b:00.0,arg=1"] {
      XCTAssertTrue(BenchPort.isPCI(name), name)
    }
    for name in ["net_memif0,socket=/tmp/a:b.c", "net_null0", "", "a", "::", "mlx5.1"] {
      XCTAssertFalse(BenchPort.isPCI(name), name)
    }
  }
}
