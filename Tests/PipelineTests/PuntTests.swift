import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// Packets that flows send to controllers.
@Suite struct PuntTests {
  private static let packet = key(
    "in_port(1),eth(src=50:54:00:00:00:05,dst=50:54:00:00:00:07),eth_type(0x0800),"
      + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=1,frag=no),udp(src=1,dst=2)")

  private static func make(_ flows: String...) throws -> TestSwitch {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p2", 2, 2)
    for flow in flows { try s.flows("br0", flow) }
    return s
  }

  private static func targets(_ s: TestSwitch) -> [PuntTarget] {
    (s.translate(packet)?.actions ?? []).compactMap { action in
      if case .userspace(let number) = action { return s.pipeline.punts.target(number) }
      return nil
    }
  }

  @Test func changesBeforeTheActionAreSeen() throws {
    let s = try Self.make(
      "cookie=0x5,actions=load:7->NXM_NX_REG1[],mod_dl_dst:00:00:00:00:00:01,controller:50,"
        + "mod_dl_dst:00:00:00:00:00:02,output:2")
    let actions = try #require(s.translate(Self.packet)?.actions)
    guard case .setEthernet = actions.first, case .userspace = actions[1] else {
      Issue.record("\(actions)")
      return
    }
    let target = try #require(Self.targets(s).first)
    #expect(target.cookie == 5 && target.table == 0 && target.reason == .action)
    #expect(MatchText.format(target.metadata) == "reg1=0x7,in_port=1")
    #expect(
      target.text(1, isSent: true)
        == "userspace(pid=0,controller(reason=1,dont_send=0,continuation=0,recirc_id=1,"
        + "rule_cookie=0x5,controller_id=0,max_len=50))")
  }

  @Test func tableMisses() throws {
    let s = try Self.make("table=1,priority=0,actions=controller")
    #expect(Self.targets(s).isEmpty)
    s["br0"].wantsMisses.store(true, ordering: .relaxed)
    #expect(Self.targets(s).map(\.reason) == [.implicitMiss])
    #expect(Self.targets(s).map(\.cookie) == [0])
    // A flow for all the rest.
    try s.flows("br0", "priority=0,actions=controller")
    #expect(Self.targets(s).map(\.reason) == [.explicitMiss])
    // A resubmit that finds nothing is no miss.
    try s.flows("br0", "priority=1,actions=resubmit(,9),resubmit(,1)")
    #expect(Self.targets(s).map(\.reason) == [.explicitMiss])
    #expect(Self.targets(s).map(\.table) == [1])
  }

  /// A TTL that runs out ends the table that it happens in, not those before it.
  @Test func invalidTTL() throws {
    let s = try Self.make(
      "actions=resubmit(,1),output:2",
      "table=1,actions=dec_ttl(0,7),mod_dl_dst:1:1:1:1:1:1,output:2")
    #expect(Self.targets(s).map(\.reason) == [.invalidTTL, .invalidTTL])
    #expect(Self.targets(s).map(\.controllerID) == [0, 7])
    #expect(s.translate(Self.packet)?.actions.last == .output(2))
    try s.flows("br0", "table=1,actions=output:2,dec_ttl")
    let actions = try #require(s.translate(Self.packet)?.actions)
    #expect(actions.count == 3 && actions.first == .output(2) && actions.last == .output(2))
  }

  /// The same of labels and of service headers; without one there is nobody to tell.
  @Test(arguments: [
    ("push_mpls:0x8847,set_mpls_ttl(1),dec_mpls_ttl", 1),
    ("push_mpls:0x8847,set_mpls_ttl(0),dec_mpls_ttl", 1),
    ("push_mpls:0x8847,set_mpls_ttl(2),dec_mpls_ttl", 0), ("dec_mpls_ttl", 0),
    ("encap(nsh(md_type=1)),set_field:1->nsh_ttl,dec_nsh_ttl", 1), ("dec_nsh_ttl", 0),
  ])
  func invalidTTLOfOtherHeaders(_ actions: String, _ count: Int) throws {
    let s = try Self.make(
      "actions=resubmit(,1),output:1", "table=1,actions=\(actions),controller,output:2")
    let ends = !actions.contains("(2)")
    let targets = Self.targets(s)
    #expect(
      targets.map(\.reason) == (ends ? Array(repeating: .invalidTTL, count: count) : [.action]))
  }

  /// Who resumes a packet gives back its stack.
  @Test func pausesKeepTheStack() throws {
    let s = try Self.make(
      "cookie=7,actions=load:0xabc->NXM_NX_REG0[],push:NXM_NX_REG0[0..11],push:NXM_NX_REG0[0..3],"
        + "controller(pause),note:00,pop:NXM_NX_REG1[],dec_mpls_ttl")
    let state = try #require(Self.targets(s).first?.frozen)
    let continuation = Continuation(state, datapathPort: 1)
    #expect(continuation.stack == [[0xc], [0x0a, 0xbc]])
    #expect(continuation.stack.reversed().map(StackValue.init) == state.values)
    #expect(
      continuation.groups.map { ActionText.format($0.actions) }
        == ["pop:NXM_NX_REG1[]", "dec_mpls_ttl"])
  }

  /// Numbers inside lists are explained as well.
  @Test func textInsideLists() throws {
    let s = try Self.make("actions=controller(userdata=01)")
    try s["br0"].apply(
      MeterMod(
        .add, MeterConfig(id: MeterID.controller, flags: .pktps, bands: [MeterBand(rate: 1)])))
    #expect(
      s.trace("br0", "in_port=1")
        .contains("sample(sample=100.0%,actions(meter(0),userspace(pid=0,controller(reason=1,"))
  }

  /// Equal targets have one number, which lives as long as somebody holds it.
  @Test func numbers() throws {
    let s = try Self.make("actions=controller")
    let a = try #require(s.translate(Self.packet))
    let b = try #require(s.translate(Self.packet))
    #expect(a.actions == b.actions && s.pipeline.punts.count == 1)
    try s.flows("br0", "actions=controller:3")
    let c = try #require(s.translate(Self.packet))
    #expect(c.actions != a.actions && s.pipeline.punts.count == 2)
  }

  @Test func revalidationKeepsAFlow() throws {
    let s = try Self.make("actions=controller,output:2")
    let flow = try #require(s.miss(Self.packet))
    try s.flows("br0", "table=5,actions=drop")
    s.pipeline.megaflows.revalidate()
    #expect(flow.state == .installed)
    #expect(s.datapath.state.withLock { $0.changes } == 0)
  }
}
