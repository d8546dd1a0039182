import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// Flows that packets teach.
@Suite struct LearnTests {
  private let s = TestSwitch()
  private let a = "50:54:00:00:00:0a"
  private let b = "50:54:00:00:00:0b"
  private let c = "50:54:00:00:00:0c"

  init() {
    s.bridge("br0", secure: true)
    for number in UInt16(1)...3 { s.port("br0", "p\(number)", number, number) }
  }

  private func packet(_ port: Int, _ src: String, _ dst: String, flags: String = "0x010") -> FlowKey
  {
    key(
      "in_port(\(port)),eth(src=\(src),dst=\(dst)),eth_type(0x0800),"
        + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=2),"
        + "tcp_flags(\(flags))")
  }

  private func text(_ flow: FlowHandle?) -> String {
    flow.map { DatapathActionText.format(s.datapath.actions(of: $0)) } ?? "none"
  }

  private func flows(_ table: UInt8) -> [String] {
    var selection = FlowSelection()
    selection.table = table
    return s["br0"].rules(selection).map {
      MatchText.format($0.match) + " " + ActionText.format($0.actions)
    }.sorted()
  }

  private func learningSwitch(_ extra: String = "hard_timeout=10") throws {
    try s.flows(
      "br0",
      "table=0,actions=learn(table=1,\(extra),NXM_OF_VLAN_TCI[0..11],"
        + "NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),resubmit(,1)",
      "table=1,priority=0,actions=flood")
  }

  @Test func addressesAreLearnedBeforeThePacketGoesOn() throws {
    try learningSwitch()
    #expect(text(s.miss(packet(1, a, b))) == "2,3")
    #expect(flows(1).last == "vlan_tci=0x0000/0x0fff,dl_dst=\(a) output:1")
    #expect(text(s.miss(packet(2, b, a))) == "1")
    // Revalidation tells a's flow where b is.
    s.pipeline.megaflows.revalidate()
    #expect(text(s.datapath.flow(for: packet(1, a, b))) == "2")
    // a moves.
    s.miss(packet(3, a, b))
    s.pipeline.megaflows.revalidate()
    #expect(text(s.datapath.flow(for: packet(2, b, a))) == "3")
    #expect(flows(1).count == 3)
  }

  /// OVS shows the same: what a packet teaches holds for the packets after it.
  @Test func thePacketItselfGoesTheOldWay() throws {
    try s.flows(
      "br0", "actions=learn(table=1,NXM_OF_ETH_SRC[],load:7->NXM_NX_REG0[]),resubmit(,1),output:3",
      "table=1,priority=0,actions=output:2")
    #expect(s.miss(packet(1, a, b)) == nil)
    #expect(text(s.miss(packet(1, a, b))) == "3")
  }

  @Test func trafficKeepsALearnedFlow() throws {
    try learningSwitch()
    let flow = try #require(s.miss(packet(1, a, b)))
    for _ in 0..<4 {
      s.time += 6_000
      s.datapath.hit(flow, packets: 1, bytes: 60, at: s.time)
      s.pipeline.megaflows.revalidate()
      s["br0"].expireFlows()
      #expect(flows(1).count == 2)
    }
    s.time += 11_000
    s.pipeline.megaflows.revalidate()
    s["br0"].expireFlows()
    #expect(flows(1).count == 1)
  }

  /// A flow that timed out for want of traffic to it is learned again from traffic of it.
  @Test func trafficBringsALearnedFlowBack() throws {
    try learningSwitch("idle_timeout=5")
    let flow = try #require(s.miss(packet(1, a, b)))
    s.time += 6_000
    s.datapath.hit(flow, packets: 1, bytes: 60, at: s.time)
    s["br0"].expireFlows()
    #expect(flows(1).count == 1)
    s.pipeline.megaflows.revalidate()
    s.time += 100
    s.datapath.hit(flow, packets: 1, bytes: 60, at: s.time)
    s.pipeline.megaflows.revalidate()
    #expect(flows(1).count == 2)
  }

  @Test func aLimitHolds() throws {
    try s.flows(
      "br0",
      "actions=learn(table=1,cookie=5,limit=1,result_dst=NXM_NX_REG0[0],NXM_OF_ETH_SRC[]),"
        + "resubmit(,2)",
      "table=2,reg0=1,actions=output:2", "table=2,reg0=0,actions=output:3")
    #expect(text(s.miss(packet(1, a, b))) == "2")
    #expect(text(s.miss(packet(1, c, b))) == "3")
    #expect(flows(1).count == 1)
  }

  @Test func learnedFlowsGoWithTheirTeacher() throws {
    try learningSwitch("cookie=0x77,delete_learned")
    s.miss(packet(1, a, b))
    s.miss(packet(2, b, a))
    #expect(flows(1).count == 3)
    // A second teacher with the same cookie.
    try s.flows(
      "br0", "table=3,actions=learn(table=1,cookie=0x77,delete_learned,NXM_OF_ETH_SRC[])")
    try s["br0"].apply(FlowText.parse("table=0", .delete))
    #expect(flows(1).count == 3)
    try s.flows("br0", "table=3,actions=drop")
    #expect(flows(1).count == 1)
  }

  @Test func theEndOfAConnectionShortensTimeouts() throws {
    try s.flows(
      "br0",
      "tcp,idle_timeout=60,actions=fin_timeout(idle_timeout=5,hard_timeout=30),output:2",
      "udp,actions=output:3")
    func timeouts() -> [UInt16] {
      s["br0"].rules(FlowSelection()).filter { $0.idleTimeout > 0 }
        .flatMap { [$0.idleTimeout, $0.hardTimeout] }
    }
    s.miss(packet(1, a, b))
    s.pipeline.megaflows.revalidate()
    #expect(timeouts() == [60, 0])
    var out = PacketOutSettings(s)
    out.execute(packet(1, a, b, flags: "0x011"))
    #expect(timeouts() == [5, 30])
    s.time += 6_000
    s["br0"].expireFlows()
    #expect(timeouts() == [])
  }

  /// A packet that was counted without a flow.
  private struct PacketOutSettings {
    let s: TestSwitch
    init(_ s: TestSwitch) { self.s = s }

    mutating func execute(_ key: FlowKey) {
      guard let translation = s.pipeline.translate(key) else { return }
      s.pipeline.credit(
        translation,
        Traffic(packets: 1, bytes: 60, used: s.time, tcpFlags: key.tcpFlags))
      s.pipeline.workOnControlThread()
    }
  }

  @Test func tracesLearnOnlyWhenTold() throws {
    try learningSwitch()
    let flow = "in_port=1,dl_src=\(a),dl_dst=\(b)"
    #expect(s.trace("br0", flow).contains(" >> suppressing side effects, so learn action ignored"))
    #expect(flows(1).count == 1)
    let text = s.trace("br0", flow, "-generate")
    #expect(
      text.contains(
        " -> table=1 vlan_tci=0x0000/0x0fff,dl_dst=\(a) priority=32768 hard=10 actions=output:1"),
      "\(text)")
    #expect(flows(1).count == 2)
  }
}

/// Choosing among several ways.
@Suite struct LinkTests {
  private let s = TestSwitch()

  init() {
    s.bridge("br0", secure: true)
    for number in UInt16(1)...4 { s.port("br0", "p\(number)", number, number) }
  }

  private func packet(_ number: Int, swapped: Bool = false) -> FlowKey {
    let (here, there) =
      swapped ? ("10.1.0.1", "10.0.0.\(number)") : ("10.0.0.\(number)", "10.1.0.1")
    let ports = swapped ? "src=80,dst=\(number + 1000)" : "src=\(number + 1000),dst=80"
    let macs =
      swapped
      ? "src=50:54:00:00:00:02,dst=50:54:00:00:00:01"
      : "src=50:54:00:00:00:01,dst=50:54:00:00:00:02"
    return key(
      "in_port(1),eth(\(macs)),eth_type(0x0800),"
        + "ipv4(src=\(here),dst=\(there),proto=6,tos=0,ttl=64,frag=no),tcp(\(ports))")
  }

  private func spread(_ action: String) throws -> [String: Int] {
    try s.flows("br0", "table=0,actions=\(action)")
    var counts: [String: Int] = [:]
    for number in 1...200 {
      let there = try #require(s.translate(packet(number)))
      counts[DatapathActionText.format(there.actions), default: 0] += 1
      guard action.contains("symmetric") else { continue }
      let back = try #require(s.translate(packet(number, swapped: true)))
      #expect(back.actions == there.actions)
    }
    return counts
  }

  @Test(arguments: ["symmetric_l4", "symmetric_l3l4", "symmetric_l3", "nw_src"])
  func bundlesSpread(fields: String) throws {
    let counts = try spread("bundle(\(fields),7,hrw,ofport,members:2,3,4)")
    #expect(counts.count == 3 && counts.values.allSatisfy { $0 > 40 }, "\(counts)")
  }

  @Test(arguments: ["modulo_n,4,0", "hash_threshold,4,0", "hrw,4,0", "iter_hash,4,8", "hrw,3,0"])
  func multipathSpreads(algorithm: String) throws {
    try s.flows(
      "br0", "table=1,reg0=0,actions=IN_PORT", "table=1,reg0=1,actions=2",
      "table=1,reg0=2,actions=3", "table=1,reg0=3,actions=4")
    let counts = try spread("multipath(symmetric_l4,1,\(algorithm),reg0[]),resubmit(,1)")
    let links = algorithm.contains(",3") ? 3 : 4
    #expect(counts.count == links && counts.values.allSatisfy { $0 > 25 }, "\(counts)")
  }

  @Test func bundlesKeepAwayFromPortsThatAreDown() throws {
    try s.flows("br0", "actions=bundle(eth_src,0,active_backup,ofport,members:2,3)")
    #expect(DatapathActionText.format(s.translate(packet(1))?.actions ?? []) == "2")
    s["br0"].setPortConfig(2, .portDown, mask: .portDown)
    #expect(DatapathActionText.format(s.translate(packet(1))?.actions ?? []) == "3")
    s["br0"].setPortConfig(3, .portDown, mask: .portDown)
    #expect(s.translate(packet(1))?.actions == [])
  }

  @Test func theStackKeepsValues() throws {
    try s.flows(
      "br0",
      "actions=load:5->reg0[],push:reg0[],load:3->reg0[],push:reg0[0..1],pop:reg1[],"
        + "pop:reg2[],resubmit(,1)", "table=1,reg1=3,reg2=5,actions=2")
    #expect(DatapathActionText.format(s.translate(packet(1))?.actions ?? []) == "2")
  }

  @Test func exitEndsEverything() throws {
    try s.flows("br0", "actions=resubmit(,1),output:3", "table=1,actions=output:2,exit,output:4")
    #expect(DatapathActionText.format(s.translate(packet(1))?.actions ?? []) == "2")
  }

  @Test func connectionTrackingIsRefusedForNow() {
    #expect(throws: OpenFlowError.actionNeedsConnectionTracking) {
      try s.flows("br0", "ip,actions=ct(commit)")
    }
  }
}
