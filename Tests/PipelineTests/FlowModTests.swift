import Fields
import OpenFlow
import Testing

@testable import Pipeline

@Suite struct FlowModTests {
  private func lines(_ s: TestSwitch) -> [String] {
    s["br0"].flowStatistics().map {
      MatchText.format($0.match, priority: $0.priority) + " " + ActionText.format($0.actions)
        + ($0.cookie == 0 ? "" : " c\($0.cookie)")
    }
  }

  @Test func addsModifiesAndDeletes() throws {
    let s = TestSwitch()
    let bridge = s.bridge("br0", secure: true)
    try s.flows("br0", "priority=5,in_port=1,actions=output:2")
    s.time += 1500
    // A modification concerns all flows that are as specific, and keeps their counters.
    try bridge.apply(FlowText.parse("in_port=1,actions=output:3", .modify))
    #expect(lines(s) == ["priority=5,in_port=1 output:3"])
    #expect(bridge.flowStatistics()[0].duration == 1500)
    #expect(bridge.flowStatistics()[0].isModified)
    // An addition replaces the flow.
    try s.flows("br0", "priority=5,in_port=1,actions=output:4,output:5")
    #expect(lines(s) == ["priority=5,in_port=1 output:4,output:5"])
    #expect(bridge.flowStatistics()[0].duration == 0)
    try bridge.apply(FlowText.parse("cookie=77,in_port=1,actions=output:3", .modify))
    #expect(lines(s) == ["priority=5,in_port=1 output:3 c77"])
    // Nothing matches: with a cookie to match nothing happens, else a flow is added.
    try bridge.apply(FlowText.parse("cookie=78/-1,in_port=1,actions=output:9", .modify))
    #expect(lines(s).count == 1)
    try bridge.apply(FlowText.parse("cookie=78,in_port=1,ip,actions=output:9", .modify))
    #expect(lines(s) == ["ip,in_port=1 output:9 c78", "priority=5,in_port=1 output:3 c77"])
    try bridge.apply(FlowText.parse("out_port=9", .delete))
    #expect(lines(s) == ["priority=5,in_port=1 output:3 c77"])
    try bridge.apply(FlowText.parse("cookie=1/-1", .delete))
    #expect(lines(s).count == 1)
    try bridge.apply(FlowText.parse("in_port=1", .deleteStrict))
    #expect(lines(s).count == 1)
    try bridge.apply(FlowText.parse("priority=5,in_port=1", .deleteStrict))
    #expect(lines(s).isEmpty)
  }

  @Test func refusesWhatOVSRefuses() throws {
    let s = TestSwitch()
    let bridge = s.bridge("br0", secure: true)
    try s.flows("br0", "priority=5,in_port=1,actions=output:2")
    #expect(throws: OpenFlowError.overlap) {
      try bridge.apply(FlowText.parse("check_overlap,priority=5,ip,actions=output:9"))
    }
    try bridge.apply(FlowText.parse("check_overlap,priority=5,in_port=2,actions=output:9"))
    #expect(throws: OpenFlowError.requestNotPermitted) {
      try bridge.apply(FlowText.parse("table=254,actions=output:9"))
    }
    try bridge.apply(FlowText.parse("table=253,actions=output:9"))
    #expect(lines(s).count == 3)
  }

  /// A change of several flows comes true as a whole or not at all, and says so only then.
  @Test func changesAreAtomic() throws {
    let s = TestSwitch()
    let bridge = s.bridge("br0", secure: true)
    try s.flows("br0", "priority=5,in_port=1,actions=output:2", "in_port=2,actions=output:3")
    let before = lines(s)
    var events = 0
    bridge.wantsFlowEvents = true
    bridge.onFlowEvent = { _ in events += 1 }
    let requests = [
      try FlowText.parse("in_port=9,actions=output:9"),
      try FlowText.parse("in_port=1,actions=output:7", .modify),
      try FlowText.parse("in_port=2", .delete),
      try FlowText.parse("check_overlap,priority=5,ip,actions=output:9"),
    ]
    #expect(throws: OpenFlowError.overlap) {
      try bridge.changeFlows { changes in
        for request in requests {
          try bridge.carryOut(try bridge.plan(request), changes, for: nil)
        }
      }
    }
    #expect(lines(s) == before && events == 0)
    try bridge.changeFlows { changes in
      for request in requests.dropLast() {
        try bridge.carryOut(try bridge.plan(request), changes, for: nil)
      }
    }
    #expect(lines(s) == ["in_port=9 output:9", "priority=5,in_port=1 output:7"])
    #expect(events == 3)
  }

  /// What a full table does, and which flow goes.
  @Test func fullTablesRefuseOrEvict() throws {
    let s = TestSwitch()
    let bridge = s.bridge("br0", secure: true)
    var settings = bridge.settings
    settings.tables[0] = FlowTableSettings()
    settings.tables[0]?.flowLimit = 3
    bridge.configure(settings)
    try s.flows(
      "br0", "in_port=1,idle_timeout=60,actions=output:2",
      "in_port=2,idle_timeout=10,actions=output:2", "in_port=3,actions=output:2")
    #expect(throws: OpenFlowError.tableFull) {
      try bridge.apply(FlowText.parse("in_port=4,actions=output:2"))
    }
    // A flow that is there already needs no room.
    try s.flows("br0", "in_port=3,actions=output:5")
    settings.tables[0]?.evicts = true
    bridge.configure(settings)
    try s.flows("br0", "in_port=4,actions=output:2")
    #expect(lines(s).count == 3 && !lines(s).contains("in_port=2 output:2"))
    try s.flows("br0", "in_port=5,actions=output:2")
    // Flows that never expire stay.
    #expect(throws: OpenFlowError.tableFull) {
      try bridge.apply(FlowText.parse("in_port=6,actions=output:2"))
    }
    settings.tables[0]?.flowLimit = 2
    bridge.configure(settings)
    #expect(lines(s).count == 3)
  }

  /// Counters go on or begin anew, as the request says.
  @Test func countersGoOnUnlessReset() throws {
    let s = TestSwitch()
    let bridge = s.bridge("br0", secure: true)
    s.port("br0", "p1", 1, 1)
    try s.flows("br0", "in_port=1,actions=output:2")
    let flow = try #require(s.miss(key("in_port(1),eth_type(0x1234)")))
    s.datapath.hit(flow, packets: 5, bytes: 300, at: s.time)
    s.pipeline.megaflows.revalidate()
    func packets() -> UInt64 { bridge.flowStatistics()[0].packets }
    let counted = packets()
    #expect(counted >= 5)
    try bridge.apply(FlowText.parse("in_port=1,actions=output:3"))
    #expect(packets() == counted)
    var reset = try FlowText.parse("in_port=1,actions=output:4", .modify)
    reset.flags.insert(.resetCounts)
    try bridge.apply(reset)
    #expect(packets() == 0 && lines(s) == ["in_port=1 output:4"])
  }

  @Test func timesOut() throws {
    let s = TestSwitch()
    let bridge = s.bridge("br0", secure: true)
    var removed: [(UInt16, Rule.RemovalReason)] = []
    s.pipeline.onFlowRemoved = { removed.append(($1.priority, $2)) }
    s.port("br0", "p1", 1, 1)
    try s.flows(
      "br0", "priority=1,in_port=1,idle_timeout=2,send_flow_rem,actions=output:2",
      "priority=2,in_port=2,hard_timeout=3,send_flow_rem,actions=output:2",
      "priority=3,in_port=3,actions=output:2")
    let flow = try #require(s.miss(key("in_port(1),eth_type(0x1234)")))
    s.time += 1900
    s.datapath.hit(flow, packets: 1, bytes: 60, at: s.time)
    s.pipeline.megaflows.revalidate()
    s.time += 200
    bridge.expireFlows()
    #expect(bridge.flowStatistics().count == 3)
    s.time += 1000
    bridge.expireFlows()
    #expect(removed.map(\.0) == [2] && removed.map(\.1) == [.hardTimeout])
    s.time += 1000
    bridge.expireFlows()
    #expect(removed.map(\.0) == [2, 1] && removed.last?.1 == .idleTimeout)
    #expect(bridge.flowStatistics().map(\.priority) == [3])
  }

  @Test func standaloneBridgesStartAsSwitches() {
    let s = TestSwitch()
    #expect(
      s.bridge("br0").flowsText().hasPrefix(
        "duration=0s, n_packets=0, n_bytes=0, priority=0,actions=NORMAL\n"
          + "table_id=254, duration=0s, n_packets=0, n_bytes=0, priority=2,recirc_id=0,actions=drop\n"
      ))
    #expect(s.bridge("br1", secure: true).flowStatistics().isEmpty)
  }

  /// What flow text can say, translation can do.
  @Test func everyActionHasAMeaning() {
    for type in ActionCatalog.all {
      #expect(type is any TranslatableAction.Type, "\(type)")
    }
  }
}
