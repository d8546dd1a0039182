import Datapath
import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// What rules' actions are compiled to does what the actions do.
@Suite struct StepTests {
  private let s = TestSwitch()
  private let packet = key(
    "in_port(1),eth(src=50:54:00:00:00:01,dst=50:54:00:00:00:02),eth_type(0x0800),"
      + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,ttl=64),udp(src=1,dst=2)")

  init() {
    s.bridge("br0", secure: true)
    for number in 1...3 { s.port("br0", "p\(number)", UInt16(number), PortNumber(number)) }
  }

  private func same(_ flows: [String], _ expected: String) throws {
    for flow in flows { try s.flows("br0", flow) }
    let quick = try #require(s.translate(packet))
    let traced = try #require(s.pipeline.translate(packet, trace: TraceRecorder(learns: true)))
    #expect(DatapathActionText.format(quick.actions) == expected)
    #expect(quick.actions == traced.actions)
    #expect(quick.mask == traced.mask && quick.deepMask == traced.deepMask)
    // From here on the list is compiled.
    #expect(s.translate(packet)?.actions == quick.actions)
  }

  @Test func writesConstants() throws {
    try same(
      [
        "table=0,actions=load:5->NXM_NX_REG1[4..9],set_field:0x12/0xff->metadata,resubmit(,1)",
        "table=1,reg1=0x50,metadata=0x12,actions=set_field:50:54:00:00:00:09->eth_dst,resubmit(,2)",
        "table=2,dl_dst=50:54:00:00:00:09,actions=load:3->NXM_OF_ETH_SRC[0..1],output:2",
      ],
      "set(eth(src=00:00:00:00:00:03/00:00:00:00:00:03,dst=50:54:00:00:00:09)),2")
  }

  @Test func goesOnBehindAResubmit() throws {
    try same(
      [
        "table=0,actions=load:1->NXM_NX_REG0[],resubmit(,1),load:3->NXM_NX_REG0[],resubmit(,1)",
        "table=1,reg0=1,actions=output:2",
        "table=1,reg0=3,actions=resubmit(7,),output:3",
        "table=1,in_port=7,priority=40000,actions=output:1,output:2",
      ],
      "2,2,3")
  }

  @Test func looksAsAnotherPort() throws {
    try same(
      [
        "table=0,actions=resubmit(2,1),output:3", "table=1,in_port=2,actions=output:2",
        "table=1,in_port=1,actions=drop",
      ],
      "2,3")
  }

  @Test func isForgottenWithTheActions() throws {
    try same(["table=0,actions=load:1->NXM_NX_REG0[],output:2"], "2")
    var modification = FlowMod(.modify)
    modification.actions = [OutputAction(port: 3)]
    try s["br0"].apply(modification)
    #expect(s.translate(packet)?.actions == [.output(3)])
  }
}
