import Datapath
import Fields
import Testing

@testable import Pipeline

/// What the self-check makes of a sample: with a datapath that does wrong what it is told to.
@Suite struct SelfCheckTests {
  private let s: TestSwitch

  init() throws {
    s = TestSwitch()
    s.bridge("br0", secure: true)
    for number: UInt16 in 1...3 { s.port("br0", "p\(number)", number, PortNumber(number)) }
    try s.flows(
      "br0", "priority=2,udp,tp_dst=53,actions=output:2", "priority=1,ip,actions=output:3")
  }

  private func packet(to destination: UInt16) -> FlowKey {
    key(
      "in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),"
        + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),"
        + "udp(src=7,dst=\(destination))")
  }

  private func check(_ key: FlowKey, hits flow: FlowHandle) -> Megaflows.SelfCheckCounters {
    s.datapath.samples.withLock { $0 = [HitSample(flow: flow.number, key: key)] }
    s.pipeline.megaflows.revalidate()
    return s.pipeline.megaflows.selfChecks
  }

  @Test func rightFlowsStay() throws {
    let flow = try #require(s.miss(packet(to: 53)))
    #expect(check(packet(to: 53), hits: flow) == .init(checked: 1, skipped: 0, mismatches: 0))
    #expect(flow.state == .installed)
  }

  @Test func flowsWithTooWideMasksGo() throws {
    s.datapath.widen = { mask in mask.tpDst = 0 }
    let flow = try #require(s.miss(packet(to: 53)))
    #expect(check(packet(to: 53), hits: flow).mismatches == 0)
    #expect(check(packet(to: 54), hits: flow) == .init(checked: 2, skipped: 0, mismatches: 1))
    #expect(flow.state == .removed)
  }

  @Test func flowsThatGetOthersPacketsGo() throws {
    let flow = try #require(s.miss(packet(to: 53)))
    #expect(check(packet(to: 54), hits: flow).mismatches == 1)
    #expect(flow.state == .removed)
  }

  @Test func whatIsGoneIsNoMismatch() throws {
    let flow = try #require(s.miss(packet(to: 53)))
    s.pipeline.megaflows.purge()
    #expect(check(packet(to: 54), hits: flow) == .init(checked: 0, skipped: 1, mismatches: 0))
  }

  /// Tables that changed behind the last pass make a flow wrong, which the next pass sees to.
  @Test func whatIsOutOfDateIsNoMismatch() throws {
    let flow = try #require(s.miss(packet(to: 53)))
    var samples = Megaflows.Samples([HitSample(flow: flow.number, key: packet(to: 53))])
    for flow in s.pipeline.megaflows.store.withLock({ $0.flows.values }) { samples.see(flow) }
    try s.flows("br0", "priority=3,udp,actions=drop")
    s.pipeline.megaflows.selfCheck(samples)
    #expect(
      s.pipeline.megaflows.selfChecks == .init(checked: 0, skipped: 1, mismatches: 0))
  }
}
