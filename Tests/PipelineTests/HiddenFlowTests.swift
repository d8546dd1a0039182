import Fields
import OpenFlow
import Testing

@testable import Pipeline

@Suite struct HiddenFlowTests {
  private func hidden(_ match: String, _ priority: Int, _ actions: String) throws -> HiddenFlow {
    let flow = try FlowText.parse(match + ",actions=" + actions)
    return HiddenFlow(flow.match, priority: priority, flow.actions)
  }

  @Test func theyStandAboveAllOthersAndNobodySeesThem() throws {
    let sw = TestSwitch()
    let bridge = sw.bridge("br0", secure: true)
    sw.port("br0", "p1", 1, 1)
    sw.port("br0", "p2", 2, 2)
    try bridge.apply(FlowText.parse("priority=65535,actions=drop"))
    let way = try hidden("tcp,tp_dst=6653", 180_007, "output:2")
    bridge.setHiddenFlows(.inBand, [way, way])
    let trace = try sw.pipeline.trace(["br0", "in_port=1,tcp,tp_dst=6653"])
    #expect(trace.contains("0. tcp,tp_dst=6653, priority 180007\n    output:2"))
    #expect(trace.contains("Datapath actions: 2"))
    let other = try sw.pipeline.trace(["br0", "in_port=1,tcp,tp_dst=80"])
    #expect(other.contains("priority 65535") && other.contains("Datapath actions: drop"))
    #expect(bridge.flowStatistics().count == 1 && bridge.flowCount == 1)
    #expect(bridge.flowsText().contains("priority=180007,tcp,tp_dst=6653,actions=output:2"))
    try bridge.apply(FlowMod(.delete))
    #expect(bridge.flowsText().contains("priority=180007"))
    bridge.setHiddenFlows(.failOpen, [try hidden("", FailOpen.priority, "NORMAL")])
    #expect(
      try sw.pipeline.trace(["br0", "in_port=1,tcp,tp_dst=6653"]).contains("priority 15790320"))
    bridge.setHiddenFlows(.failOpen, [])
    bridge.setHiddenFlows(.inBand, [])
    #expect(bridge.hidden == nil)
  }
}
