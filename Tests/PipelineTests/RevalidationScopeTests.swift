import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// A change has those flows translated again that depend on what changed, and no others. How fine that is:
///
/// | what changes | flows that are translated again |
/// |---|---|
/// | rule | those that searched its table and may match it (`TableChangesTests`) |
/// | first rule of a table | those that looked for the table |
/// | group, meter | those whose translation asked for it, also through other groups |
/// | learned address | those to this address, in this VLAN, of this bridge |
/// | port, patch port, settings | those that crossed the bridge, on either side of a patch port |
@Suite struct RevalidationScopeTests {
  private let s = TestSwitch()
  /// Flows by what they are for.
  private var flows: [String: [Megaflow]] = [:]

  /// br0 has a rule for everything, and a patch port to br1, which is a learning switch as br2 is.
  init() throws {
    s.bridge("br0", secure: true)
    for (name, base) in [("br0", 0), ("br1", 10), ("br2", 20)] {
      for n in 1...3 { s.port(name, "p\(base + n)", UInt16(n), PortNumber(base + n)) }
    }
    s.patch("br0", "to-br1", 9, peer: "to-br0")
    s.patch("br1", "to-br0", 9, peer: "to-br1")
    try s["br0"].apply(GroupText.parse("group_id=1,type=all,bucket=output:2"))
    try s["br0"].apply(GroupText.parse("group_id=3,type=ff,bucket=watch_port:2,output:2"))
    try s["br0"].apply(
      GroupText.parse(
        "group_id=2,type=ff,bucket=watch_group:3,output:2,bucket=watch_port:3,output:3"))
    try s["br0"].apply(MeterText.parse("meter=1,pktps,bands=type=drop,rate=1000", .add))
    try s.flows("br0", "ip,actions=resubmit(,1)", "table=2,actions=3")
    for n in 1...5 { try s.flows("br0", "table=1,ip,nw_dst=10.0.1.\(n),actions=2") }
    try s.flows(
      "br0", "table=1,ip,nw_dst=10.0.2.0/24,actions=group:1",
      "table=1,ip,nw_dst=10.0.3.0/24,actions=group:2",
      "table=1,ip,nw_dst=10.0.4.0/24,actions=meter:1,2",
      "table=1,ip,nw_dst=10.0.5.0/24,actions=9",
      "table=1,ip,nw_dst=10.0.6.0/24,actions=resubmit(,7),2")
    for (name, at) in [("br1", UInt16(1)), ("br2", 1)] {
      for n in 1...2 { learn(name, n, at: at) }
    }
    for n in 1...5 { add("rule", "\(n)", 1, "10.0.1.\(n)") }
    add("group 1", "", 1, "10.0.2.1")
    add("group 2", "", 1, "10.0.3.1")
    add("meter", "", 1, "10.0.4.1")
    add("patch", "", 1, "10.0.5.1", to: 1)
    add("table", "", 1, "10.0.6.1")
    for (name, port) in [("br1", 12), ("br2", 22)] {
      for n in 1...3 { add(name, " to \(n)", port, "10.0.0.1", to: n) }
    }
    s.pipeline.waitUntilApplied {}
  }

  private func learn(_ bridge: String, _ n: Int, at ofport: UInt16) {
    let lesson = LearnedAddress(address: address(n), vlan: 0, isGratuitousARP: false)
    if let port = s[bridge].ports[ofport] {
      s[bridge].macTable.learn(lesson, port: port, now: s.time)
    }
  }
  private func address(_ n: Int) -> EthernetAddress { mac("50:54:00:00:01:0\(n)") }

  private mutating func add(
    _ kind: String, _ detail: String, _ port: Int, _ dst: String, to n: Int = 9
  ) {
    s.miss(
      key(
        "in_port(\(port)),eth(src=50:54:00:00:00:0\(port % 10),dst=\(address(n))),eth_type(0x0800),"
          + "ipv4(src=10.0.0.1,dst=\(dst),proto=17,tos=0,ttl=64,frag=no),udp(src=1,dst=2)"))
    let all = s.pipeline.megaflows.store.withLock { $0.flows.values }
    flows[kind + detail, default: []] = [all.max { $0.number < $1.number }].compactMap { $0 }
  }

  /// The kinds of flows that `change` had translated again; and all flows are right afterwards.
  private func touched(by change: () throws -> Void) throws -> Set<String> {
    let before = flows.mapValues { $0.map { $0.translation.visits } }
    try change()
    s.pipeline.waitUntilApplied {}
    var kinds: Set<String> = []
    for (kind, list) in flows {
      for (flow, visits) in zip(list, before[kind] ?? [])
      where flow.translation.visits !== visits || flow.isDying { kinds.insert(kind) }
      for flow in list where !flow.isDying {
        #expect(
          s.pipeline.translate(flow.packetKey)?.actions == s.datapath.actions(of: flow.handle),
          "\(kind) is wrong")
      }
    }
    return kinds
  }
  private func kinds(_ bridges: String...) -> Set<String> {
    let first = ["rule", "group", "meter", "patch", "table"]
    return Set(
      flows.keys.filter { kind in
        bridges.contains { kind.hasPrefix($0) }
          || bridges.contains("br0") && first.contains { kind.hasPrefix($0) }
      })
  }

  @Test func everyKindHasItsFlow() {
    #expect(flows.count == 16 && flows.values.allSatisfy { $0.count == 1 })
    #expect(s.pipeline.megaflows.count == 16)
  }

  @Test func rules() throws {
    #expect(
      try touched { try s.flows("br0", "table=1,ip,nw_dst=10.0.1.3,actions=3") } == ["rule3"])
    #expect(try touched { try s.flows("br0", "table=2,ip,nw_dst=10.0.1.3,actions=2") } == [])
    #expect(try touched { try s.flows("br0", "table=8,ip,actions=2") } == [])
    #expect(try touched { try s.flows("br0", "table=7,ip,actions=3") } == ["table"])
    #expect(try touched { try s.flows("br2", "udp,in_port=3,actions=drop") } == [])
    // No flow of the learning switch looks at this: it may match any.
    #expect(try touched { try s.flows("br2", "udp,tp_dst=9,actions=drop") } == kinds("br2"))
  }

  @Test func groups() throws {
    let bridge = s["br0"]
    #expect(
      try touched {
        try bridge.apply(GroupText.parse("group_id=1,type=all,bucket=output:3", .modify))
      } == ["group 1"])
    #expect(
      try touched { try bridge.apply(GroupText.parse("group_id=7,type=all,bucket=output:3")) } == []
    )
    // Watched by the group that the flow uses.
    #expect(
      try touched {
        try bridge.apply(
          GroupText.parse("group_id=3,type=ff,bucket=watch_port:99,output:2", .modify))
      } == ["group 2"])
    #expect(try touched { try bridge.apply(GroupText.parse("group_id=1", .delete)) } == ["group 1"])
    // A group that was not there when it was asked for.
    #expect(try touched { try bridge.apply(GroupText.parse("group_id=3", .delete)) } == ["group 2"])
    #expect(
      try touched {
        try bridge.apply(GroupText.parse("group_id=3,type=ff,bucket=watch_port:2,output:2"))
      } == ["group 2"])
  }

  /// More groups than can be told apart: then it may be any.
  @Test func manyGroups() throws {
    var limit = BridgeChanges()
    for id in 0..<UInt32(BridgeChanges.limit) { limit.note(.group(id), 5) }
    #expect(!limit.mayConcern(.group(.max), since: 4) && limit.mayConcern(.group(1), since: 4))
    limit.note(.meter(1), 6)
    #expect(limit.mayConcern(.group(.max), since: 5) && !limit.mayConcern(.group(1), since: 6))
  }

  @Test func meters() throws {
    let bridge = s["br0"]
    #expect(
      try touched {
        try bridge.apply(MeterText.parse("meter=1,pktps,bands=type=drop,rate=2000", .modify))
        try bridge.apply(MeterText.parse("meter=2,pktps,bands=type=drop,rate=2000", .add))
      } == [])
    #expect(try touched { try bridge.apply(MeterText.parse("meter=1", .delete)) } == ["meter"])
  }

  @Test func addresses() throws {
    #expect(try touched { learn("br1", 1, at: 3) } == ["br1 to 1", "patch"])
    #expect(try touched { learn("br2", 2, at: 3) } == ["br2 to 2"])
    #expect(try touched { learn("br1", 3, at: 3) } == ["br1 to 3"])
    #expect(try touched { learn("br1", 4, at: 3) } == [])
    // Forgotten, and learned again before anybody looked.
    #expect(
      try touched {
        s["br2"].macTable.flush()
        for n in 1...2 { learn("br2", n, at: n == 1 ? 1 : 3) }
      } == [])
    #expect(try touched { s["br2"].macTable.flush() } == ["br2 to 1", "br2 to 2"])
  }

  @Test func portsAndBridges() throws {
    #expect(
      try touched { s["br2"].setPortConfig(3, .noForward, mask: .noForward) } == kinds("br2"))
    #expect(try touched { s.port("br2", "p24", 4, 24) } == kinds("br2"))
    #expect(
      try touched { s["br1"].setPortConfig(3, .noForward, mask: .noForward) }
        == kinds("br1").union(["patch"]))
    #expect(try touched { s.bridge("br3") } == [])
    #expect(try touched { s["br1"].removePort(9) } == kinds("br0", "br1"))
    #expect(try touched { s.pipeline.removeBridge("br2") } == kinds("br2"))
  }

  /// Whatever changes in one bridge: flows that did not cross it are left alone, the others are right.
  @Test(arguments: 0..<24) func otherBridgesAreLeftAlone(seed: Int) {
    var world = RandomWorld(seed: UInt64(seed) &* 17 + 3)
    let s = world.s
    var random = SeededGenerator(UInt64(seed) + 99)
    for _ in 0..<40 {
      let key = world.randomKey()
      if s.datapath.flow(for: key) == nil { s.miss(key) }
    }
    for _ in 0..<6 {
      s.pipeline.waitUntilApplied {}
      let flows = s.pipeline.megaflows.store.withLock { $0.flows.values.filter { !$0.isDying } }
      let before = flows.map { $0.translation.visits }
      guard let name = s.pipeline.bridges.keys.sorted().randomElement(using: &random) else {
        return
      }
      let bridge = s[name]
      let concerned = [bridge] + bridge.ports.values.compactMap { $0.peer?.bridge }
      change(bridge, &random, s)
      s.pipeline.waitUntilApplied {}
      for (flow, visits) in zip(flows, before) where flow.handle.state != .removed {
        let isRight =
          s.pipeline.translate(flow.packetKey)?.actions == s.datapath.actions(of: flow.handle)
        #expect(isRight, "seed \(seed): \(world.description)")
        let crossed = visits?.header
        let bridges = crossed.map { [$0.bridge] + $0.others } ?? []
        guard !bridges.contains(where: { a in concerned.contains { $0 === a } }) else { continue }
        #expect(flow.translation.visits === visits, "seed \(seed): \(world.description)")
      }
    }
  }

  private func change(_ bridge: Bridge, _ random: inout SeededGenerator, _ s: TestSwitch) {
    guard let port = bridge.portOrder.randomElement(using: &random) else { return }
    switch Int.random(in: 0...5, using: &random) {
    case 0: bridge.setPortConfig(port.ofport, .noFlood, mask: .noFlood)
    case 1: bridge.removePort(port.ofport)
    case 2: s.port(bridge.name, "new-\(bridge.name)", 40, 400 + UInt16(bridge.name.utf8.last ?? 0))
    case 3: s.patch(bridge.name, "far-\(bridge.name)", 41, peer: "nowhere")
    case 4: bridge.setFragments(.drop)
    default: bridge.macTable.flush()
    }
  }
}
