import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// Changes of rules reach the megaflows that they concern, and leave the others alone.
@Suite struct TableChangesTests {
  private let s = TestSwitch()

  init() {
    s.bridge("br0", secure: true)
    for number in UInt16(1)...3 { s.port("br0", "p\(number)", number, number) }
  }

  private func packet(_ port: Int, _ dst: String, _ transport: Int = 2) -> FlowKey {
    key(
      "in_port(\(port)),eth(src=50:54:00:00:00:0a,dst=50:54:00:00:00:0b),eth_type(0x0800),"
        + "ipv4(src=10.0.0.1,dst=\(dst),proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=\(transport))")
  }

  /// How many flows were translated again because of the flow-mods.
  private func translations(_ flows: String...) throws -> Int {
    for text in flows { try s["br0"].apply(FlowText.parse(text)) }
    let before = revalidated
    s.pipeline.waitUntilApplied {}
    return revalidated - before
  }
  private var revalidated: Int {
    s.pipeline.megaflows.store.withLock { Int($0.revalidated) }
  }
  private func removal(_ text: String) throws -> Int {
    try s["br0"].apply(FlowText.parse(text, .delete))
    return try translations()
  }

  @Test func onlyWhatIsConcernedIsTranslatedAgain() throws {
    try s.flows("br0", "table=0,ip,actions=load:5->NXM_NX_REG0[],resubmit(,1)", "table=2,actions=3")
    for n in 1...50 { try s.flows("br0", "table=1,ip,nw_dst=10.0.1.\(n),actions=2") }
    for n in 1...50 { s.miss(packet(1, "10.0.1.\(n)")) }
    s.pipeline.waitUntilApplied {}
    #expect(try translations("table=1,ip,nw_dst=10.0.1.7,priority=9,actions=3") == 1)
    #expect(try translations("table=1,ip,nw_dst=10.0.9.9,actions=3") == 0)
    // A table that no packet visits, a port that none comes in on, metadata that none has.
    #expect(try translations("table=2,ip,nw_dst=10.0.1.7,actions=2") == 0)
    #expect(try translations("table=0,in_port=2,priority=9,actions=2") == 0)
    #expect(try translations("table=0,metadata=3,priority=9,actions=2") == 0)
    // What registers hold is not known.
    #expect(try translations("table=1,reg0=6,ip,nw_dst=10.0.1.8,priority=9,actions=3") == 1)
    // Bits that megaflows do not match may be anything.
    #expect(try translations("table=1,udp,tp_dst=7,nw_dst=10.0.1.0/28,priority=3,actions=3") == 15)
    #expect(try removal("table=1,ip,nw_dst=10.0.1.20") == 1)
    // Anything but a rule concerns all that are left.
    let left = s.pipeline.megaflows.count
    s["br0"].setPortConfig(3, .noForward, mask: .noForward)
    #expect(try translations() >= left - 2)
  }

  /// Too many changes to remember are one big change.
  @Test func manyChanges() throws {
    try s.flows("br0", "priority=1,ip,actions=2", "ip,nw_dst=11.0.0.0,actions=3")
    s.miss(packet(1, "10.0.0.7"))
    for n in 0...TableChanges.limit {
      try s.flows("br0", "ip,nw_dst=11.\(n >> 8).\(n & 255).1,actions=3")
    }
    #expect(try translations() == 1)
    #expect(try translations("ip,nw_dst=12.0.0.1,actions=3") == 0)
  }

  /// Fields that actions have written are not the packet's.
  @Test func writtenFieldsAreNotThePackets() throws {
    try s.flows(
      "br0", "ip,actions=mod_nw_dst:9.9.9.9,resubmit(,1)", "table=1,ip,nw_dst=9.9.9.9,actions=2")
    let flow = try #require(s.miss(packet(1, "10.0.0.7")))
    #expect(try translations("table=1,ip,nw_dst=9.9.9.9,actions=3") == 1)
    #expect(DatapathActionText.format(s.datapath.actions(of: flow)).hasSuffix(",3"))
  }

  @Test(arguments: 0..<12) func everyFlowAgreesAfterwards(seed: Int) {
    var world = RandomWorld(seed: UInt64(seed) &* 31 + 5)
    let s = world.s
    for round in 0..<2 {
      for _ in 0..<30 {
        let key = world.randomKey()
        if s.datapath.flow(for: key) == nil { s.miss(key) }
      }
      s.pipeline.megaflows.revalidate()
      if round % 2 == 0 { world.changeFlows() } else { world.addFlows() }
      s.pipeline.waitUntilApplied {}
      for flow in s.pipeline.megaflows.store.withLock({ Array($0.flows.values) })
      where !flow.isDying && flow.handle.state != .removed {
        guard flow.translation.isCurrent(s.pipeline.generation) else { continue }
        let new = s.pipeline.translate(flow.packetKey)
        guard new?.actions != s.datapath.actions(of: flow.handle) else { continue }
        Issue.record(
          "seed \(seed): \(DatapathFlowText.format(flow.packetKey, mask: flow.handle.mask))\n\(world.description)"
        )
        return
      }
    }
  }
}
