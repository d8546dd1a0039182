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
