import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

@Suite struct MegaflowTests {
  private let s = TestSwitch()
  private let a = "50:54:00:00:00:0a"
  private let b = "50:54:00:00:00:0b"

  init() {
    s.bridge("br0")
    for number in UInt16(1)...3 { s.port("br0", "p\(number)", number, number) }
  }

  private func packet(_ port: Int, _ src: String, _ dst: String) -> FlowKey {
    key(
      "in_port(\(port)),eth(src=\(src),dst=\(dst)),eth_type(0x0800),"
        + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=2)")
  }

  private func text(_ flow: FlowHandle?) -> String {
    flow.map { DatapathActionText.format(s.datapath.actions(of: $0)) } ?? "none"
  }

  @Test func learningCorrectsFlowsThatDependOnIt() throws {
    let flood = try #require(s.miss(packet(1, a, b)))
    #expect(text(flood) == "2,3")
    s.pipeline.megaflows.revalidate()
    #expect(s.datapath.state.withLock { $0.removals } == 0)
    let back = try #require(s.miss(packet(2, b, a)))
    #expect(text(back) == "1")
    // b is known now: the flood is over, without another miss.
    s.pipeline.megaflows.revalidate()
    #expect(text(flood) == "2")
    #expect(s.datapath.state.withLock { $0.removals } == 0)
    // a moves.
    s.miss(packet(3, a, "ff:ff:ff:ff:ff:ff"))
    s.pipeline.megaflows.revalidate()
    #expect(text(back) == "3")
  }

  @Test func heldPacketsAreDroppedAndTeachNothing() throws {
    s.pipeline.setHeld(true)
    #expect(s.miss(packet(1, a, b)) == nil)
    #expect(s.datapath.state.withLock { $0.discarded } == 1)
    s.pipeline.setHeld(false)
    // b's address would be known.
    #expect(text(s.miss(packet(2, b, a))) == "1,3")
  }

  @Test func flowsFollowTheirQueue() throws {
    let flow = try #require(s.miss(packet(1, a, b)))
    try #require(s.miss(packet(2, b, a)) != nil)
    let move = QueueMove(queue: ReceiveQueue(port: 1, queue: 3), from: flow.worker, to: 7)
    s.pipeline.megaflows.follow([move, move])
    s.pipeline.megaflows.follow([move])
    let copies = s.datapath.state.withLock { $0.flows }.filter { $0.worker == 7 }
    #expect(copies.count == 1, "only those of the port, and once")
    let copy = try #require(copies.first)
    #expect(copy.key == flow.key && copy.mask == flow.mask && copy.actions == flow.actions)
    #expect(s.pipeline.megaflows.count == 3)
    // A copy is kept true as any flow.
    try s.flows("br0", "priority=9,in_port=1,actions=output:3")
    s.pipeline.megaflows.revalidate()
    #expect(text(copy) == "3" && text(flow) == "3")
  }

  @Test func flowsFollowOnlyWhereThereIsRoom() throws {
    let flow = try #require(s.miss(packet(1, a, b)))
    s.pipeline.megaflows.settings.flowLimit = 1
    s.pipeline.megaflows.follow([
      QueueMove(queue: ReceiveQueue(port: 1, queue: 0), from: flow.worker, to: 7)
    ])
    #expect(s.pipeline.megaflows.count == 1)
  }

  /// As Debian's OVS 3.1 shows it (CVE-2023-1668).
  @Test(arguments: [
    "mod_nw_tos:4", "dec_ttl", "mod_nw_dst:1.2.3.4", "set_field:1.2.3.4->ip_src",
  ])
  func settingAnIPHeaderMatchesTheProtocol(action: String) throws {
    try s.flows("br0", "priority=9,ip,actions=\(action),output:3")
    let flow = try #require(s.miss(packet(1, a, b)))
    #expect(flow.mask.ipProto == .max)
  }

  @Test func changesReachTheDatapath() throws {
    let flow = try #require(s.miss(packet(1, a, b)))
    var applied = false
    try s.flows("br0", "priority=9,in_port=1,actions=output:3")
    s.pipeline.waitUntilApplied { applied = true }
    #expect(applied && text(flow) == "3")
    // A change that needs more of the packet removes the flow.
    try s.flows("br0", "priority=10,in_port=1,udp,tp_dst=7,actions=drop")
    s.pipeline.waitUntilApplied {}
    #expect(s.datapath.state.withLock { $0.removals } == 1)
    let next = try #require(s.miss(packet(1, a, b)))
    #expect(text(next) == "3")
    s["br0"].removePort(1)
    s.pipeline.waitUntilApplied {}
    #expect(s.datapath.state.withLock { $0.flows.isEmpty })
    #expect(s.miss(packet(1, a, b)) == nil)
    #expect(s.datapath.state.withLock { $0.discarded } == 1)
  }

  @Test func countsWhatFlowsCarried() throws {
    let flow = try #require(s.miss(packet(1, a, b)))
    s.time += 5000
    s.datapath.hit(flow, packets: 3, bytes: 180, at: s.time)
    let statistics = s["br0"].flowStatistics()[0]
    #expect(statistics.packets == 3 && statistics.bytes == 180 && statistics.idleAge == 0)
    #expect(
      s["br0"].tableStatistics()[0] == TableStatistics(id: 0, active: 1, lookups: 3, matches: 3))
    // Traffic keeps the address young.
    #expect(s["br0"].macTable.entries(now: s.time).map(\.age) == [0])
    // The last packets of a flow that goes count as well.
    s.datapath.removesAtOnce = false
    s.datapath.hit(flow, packets: 1, bytes: 60, at: s.time)
    s.pipeline.megaflows.purge()
    var last = flow.statistics
    last.packets += 2
    flow.simulate(state: .removed, statistics: last)
    s.pipeline.megaflows.revalidate()
    #expect(s["br0"].flowStatistics()[0].packets == 6)
    #expect(s.pipeline.megaflows.count == 0)
  }

  @Test func idleFlowsGo() throws {
    let flow = try #require(s.miss(packet(1, a, b)))
    s.time += 9000
    s.datapath.hit(flow, packets: 1, bytes: 60, at: s.time)
    s.time += 9999
    s.pipeline.megaflows.revalidate()
    #expect(s.datapath.state.withLock { $0.removals } == 0)
    s.time += 1
    s.pipeline.megaflows.revalidate()
    s.pipeline.megaflows.revalidate()
    #expect(s.datapath.state.withLock { $0.removals } == 1)
    #expect(s.pipeline.megaflows.count == 0)
  }

  @Test func flowLimit() throws {
    s.pipeline.megaflows.settings.flowLimit = 1
    #expect(s.miss(packet(1, a, b)) != nil)
    #expect(s.miss(packet(1, b, a)) == nil)
    // The packet was sent all the same, and counted.
    #expect(s["br0"].flowStatistics()[0].packets == 1)
  }

  /// The flow is made before its packet has taught where the source is.
  @Test func packetToItsOwnSource() throws {
    s.miss(packet(1, a, b))
    #expect(text(s.miss(packet(3, a, a))) == "drop")
    s["br0"].macTable.addStatic(
      EthernetAddress(0x5054_0000_000b), vlan: 0, port: s["br0"].ports[2]!)
    #expect(text(s.miss(packet(3, b, b))) == "2")
  }

  @Test func agedAddressesAreForgotten() throws {
    s.miss(packet(2, b, a))
    let flow = try #require(s.miss(packet(1, a, b)))
    #expect(text(flow) == "2")
    s.pipeline.megaflows.settings.maxIdle = 10_000_000
    s.time += 300_000
    s.pipeline.megaflows.revalidate()
    s.pipeline.megaflows.revalidate()
    #expect(text(flow) == "2,3")
  }

  /// The texts of Debian's Open vSwitch 3.1, for the same flows.
  @Test func dumps() throws {
    try s.flows(
      "br0",
      "priority=10,in_port=1,tcp,nw_dst=10.0.0.0/8,tp_dst=80,actions=mod_nw_src:1.2.3.4,dec_ttl,mod_nw_tos:16,mod_tp_src:7,mod_dl_src:00:00:00:00:00:01,mod_dl_dst:00:00:00:00:00:02,output:2",
      "priority=10,in_port=2,dl_vlan=9,actions=output:3")
    let tcp = key(
      "in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x0800),ipv4(src=192.168.0.1,dst=10.168.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=80),tcp_flags(0x2)"
    )
    let flow = try #require(s.miss(tcp))
    s.miss(
      key(
        "in_port(2),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x8100),vlan(vid=9,pcp=3),encap(eth_type(0x1234))"
      ))
    var statistics = FlowHandle.Statistics()
    // The packet that made the flow, and three that found it.
    statistics.packets = 4
    statistics.bytes = 60 + 162
    statistics.used = s.time - 4
    statistics.tcpFlags = 0x12
    flow.simulate(state: .installed, statistics: statistics)
    let text = s.pipeline.megaflows.dump(.init()) { _ in "flow-dump from the main thread:" }
    #expect(
      text == """
        flow-dump from the main thread:
        recirc_id(0),in_port(1),packet_type(ns=0,id=0),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x0800),ipv4(src=192.168.0.1,dst=10.168.0.2/255.0.0.0,proto=6,tos=0/0xfc,ttl=64,frag=no),tcp(src=1,dst=80), packets:3, bytes:162, used:0.004s, flags:S., actions:set(eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02)),set(ipv4(src=1.2.3.4,tos=0x10/0xfc,ttl=63)),set(tcp(src=7)),2
        recirc_id(0),in_port(2),packet_type(ns=0,id=0),eth_type(0x8100),vlan(vid=9,pcp=3/0x0),encap(eth_type(0x1234)), packets:0, bytes:0, used:never, actions:3

        """)
    var options = Megaflows.DumpOptions()
    options.verbose = true
    options.filter = { key, _ in key.inPort == 1 }
    let verbose = s.pipeline.megaflows.dump(options) { _ in nil }
    #expect(
      verbose.dropFirst("ufid:".count + 36).hasPrefix(
        ", skb_priority(0/0),skb_mark(0/0),ct_state(0/0),ct_zone(0/0),ct_mark(0/0),ct_label(0/0),recirc_id(0),dp_hash(0/0),in_port(p1),packet_type(ns=0,id=0),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x0800),ipv4(src=192.168.0.1,dst=10.168.0.2/255.0.0.0,proto=6,tos=0/0xfc,ttl=64,frag=no),tcp(src=1,dst=80),tcp_flags(0/0), packets:3, bytes:162, used:0.004s, flags:S., dp:ovs, actions:set(eth(src=00:00:00:00:00:01,dst=00:00:00:00:00:02)),set(ipv4(src=1.2.3.4,tos=0x10/0xfc,ttl=63)),set(tcp(src=7)),p2"
      ))
  }

  @Test func learnedTexts() throws {
    s.miss(packet(1, a, b))
    s.time += 2000
    #expect(
      try s.pipeline.showLearned("br0")
        == " port  VLAN  MAC                Age\n    1     0  50:54:00:00:00:0a    2\n")
    try s.pipeline.addLearned("br0", port: "p2", vlan: "7", address: b)
    #expect(
      try s.pipeline.showLearned("br0").hasSuffix("\n    2     7  50:54:00:00:00:0b  static\n"))
    #expect(
      try s.pipeline.showLearning("br0") == """
        Statistics for bridge "br0":
          Current/maximum MAC entries in the table: 2/8192
          Current static MAC entries in the table : 1
          Total number of learned MAC entries     : 1
          Total number of expired MAC entries     : 0
          Total number of evicted MAC entries     : 0
          Total number of port moved MAC entries  : 0

        """)
    #expect(try s.pipeline.flushLearned(nil) == "table successfully flushed")
    try s.pipeline.removeLearned("br0", vlan: "7", address: b)
    #expect(try s.pipeline.showLearned("br0") == " port  VLAN  MAC                Age\n")
  }
}
