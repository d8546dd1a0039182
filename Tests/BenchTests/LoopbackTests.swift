import CDPDKShim
import Datapath
import XCTest

@testable import Bench

/// Whole trials over a port that returns what it is given (a ring in memory), without privileges.
final class LoopbackTests: XCTestCase {
  private func bed(_ traffic: Traffic, name: String, cores: [Int]) throws -> (TrialBed, BenchPort) {
    try EAL.initialize()
    let roles = CoreRoles(cores, hasSink: true)
    let port = try BenchPort(
      name, receiveQueues: roles.sinks.count, sendQueues: roles.generators.count,
      longest: traffic.longest)
    return (try TrialBed(traffic, source: port, sink: port, cores: roles), port)
  }

  private func firstCore() -> Int { Int(pb_first_core()) }

  func testEverythingComesBackInOrder() throws {
    var traffic = Traffic()
    (traffic.flows, traffic.ip, traffic.transport) = (1000, .mix, .mix)
    (traffic.sizes, traffic.isZipf) = (Traffic.imix, true)
    let (bed, port) = try bed(traffic, name: "net_ring_order", cores: [firstCore()])
    defer { port.close() }
    for rate in [nil, 20_000.0] {
      let result = bed.run(rate: rate, seconds: 0.3)
      XCTAssertGreaterThan(result.sent, 10)
      XCTAssertEqual(result.received, result.sent)
      XCTAssertEqual(result.receivedBytes, result.sentBytes)
      XCTAssertEqual(result.reordered + result.foreign + result.stale, 0)
      XCTAssertEqual(result.latency.totalCount, result.received)
      if let rate {
        XCTAssertEqual(
          Double(result.sent + result.missed), rate * 0.3, accuracy: rate * 0.3 * 0.02 + 2)
      }
    }
  }

  /// Packets of one trial that are still on their way are not counted by the next, and packets without
  /// a signature are told apart.
  func testStaleAndForeignPackets() throws {
    let (bed, port) = try bed(Traffic(), name: "net_ring_stale", cores: [firstCore()])
    defer { port.close() }
    _ = bed.run(rate: 10_000, seconds: 0.05)
    port.announce(1, to: 2)
    var old: OpaquePointer? = pb_mbuf_alloc(port.pool)
    let data = try XCTUnwrap(pb_mbuf_data(XCTUnwrap(old)))
    let templates = FrameTemplates(Traffic())
    defer { templates.destroy() }
    templates.template(flow: 0, size: 0).pointee.write(
      to: UnsafeMutableRawPointer(data), FlowFields(flow: 0, source: 1, destination: 2),
      stream: Signature.tag(trial: 1, generator: 0), sequence: 9, time: 0)
    pb_mbuf_set_length(old, 60)
    XCTAssertEqual(pb_tx_burst(port.id, 0, &old, 1), 1)
    let result = bed.run(rate: 10_000, seconds: 0.05)
    XCTAssertEqual(result.stale, 1)
    XCTAssertEqual(result.foreign, 1)
    XCTAssertEqual(result.received, result.sent)
  }

  func testErrorsSayWhatToDo() throws {
    try EAL.initialize()
    for name in ["net_nonsense0", "0000:7f:1f.7", "", "net_ring0,"] {
      XCTAssertThrowsError(
        try BenchPort(name, receiveQueues: 1, sendQueues: 1, longest: 60), name
      ) { XCTAssertTrue("\($0)".hasPrefix("cannot open port \(name): "), "\($0)") }
    }
  }
}
