import Datapath
import OpenFlow
import Synchronization
import Testing

@testable import Pipeline

@Suite struct MeterTests {
  private func meter(_ s: TestSwitch, _ text: String, _ command: MeterMod.Command = .add) throws {
    try s["br0"].apply(MeterText.parse(text, command))
  }

  private func installed(_ s: TestSwitch) -> [UInt32: DatapathMeter] {
    s.datapath.meters.withLock { $0 }
  }

  @Test func commands() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    try meter(s, "meter=7,kbps,bands=type=drop,rate=1000")
    #expect(
      installed(s) == [
        0: DatapathMeter(countsPackets: false, bands: [.init(rate: 1000, burst: 1000)])
      ])
    #expect(throws: OpenFlowError.meterExists) {
      try meter(s, "meter=7,kbps,bands=type=drop,rate=1")
    }
    #expect(throws: OpenFlowError.unknownMeter) {
      try meter(s, "meter=8,kbps,bands=type=drop,rate=1", .modify)
    }
    #expect(throws: OpenFlowError.badMeterFlags) {
      try meter(s, "meter=8,stats,bands=type=drop,rate=1")
    }
    #expect(throws: OpenFlowError.badMeterBand) {
      try meter(s, "meter=8,kbps,bands=type=dscp_remark,rate=1,prec_level=1")
    }
    #expect(throws: OpenFlowError.outOfMeterBands) {
      try s["br0"].apply(MeterMod(.add, MeterConfig(id: 8, flags: .kbps)))
    }
    #expect(throws: OpenFlowError.badMeterRate) {
      try s["br0"].apply(
        MeterMod(.add, MeterConfig(id: 8, flags: .kbps, bands: [MeterBand(rate: 0)])))
    }
    #expect(throws: OpenFlowError.invalidMeter) {
      try s["br0"].apply(
        MeterMod(.add, MeterConfig(id: 0, flags: .kbps, bands: [MeterBand(rate: 1)])))
    }
    try meter(s, "meter=7,pktps,burst,bands=type=drop,rate=10,burst_size=4", .modify)
    #expect(
      installed(s)[0] == DatapathMeter(countsPackets: true, bands: [.init(rate: 10, burst: 4)]))
    try meter(s, "meter=controller,pktps,bands=type=drop,rate=10")
    #expect(s["br0"].controllerMeter == 1)
    for id in 10..<108 { try meter(s, "meter=\(id),pktps,bands=type=drop,rate=10") }
    #expect(throws: OpenFlowError.outOfMeters) {
      try meter(s, "meter=200,pktps,bands=type=drop,rate=10")
    }
    try s["br0"].apply(MeterText.parse("meter=50", .delete))
    try meter(s, "meter=200,pktps,bands=type=drop,rate=10")
    try s["br0"].apply(MeterText.parse("meter=all", .delete))
    #expect(installed(s).isEmpty)
    #expect(s["br0"].meters.isEmpty)
  }

  @Test func flows() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    s.port("br0", "p1", 1, 1)
    s.port("br0", "p2", 2, 2)
    #expect(throws: OpenFlowError.invalidMeter) {
      try s.flows("br0", "in_port=1,actions=meter:1,output:2")
    }
    try meter(s, "meter=9,kbps,bands=type=drop,rate=1000")
    try meter(s, "meter=1,kbps,bands=type=drop,rate=1000")
    try s.flows("br0", "in_port=1,actions=meter:1,output:2", "in_port=2,actions=output:1")
    #expect(s.trace("br0", "in_port=1").hasSuffix("Datapath actions: meter(1),2"))
    let statistics = s["br0"].meterStatistics(s["br0"].selectMeters(MeterID.all) ?? [])
    #expect(statistics.map(\.id) == [1, 9])
    #expect(statistics.map(\.flowCount) == [1, 0])
    try s["br0"].apply(MeterText.parse("meter=1", .delete))
    #expect(s["br0"].flowCount == 1)
    // Another bridge's meters are others in the datapath, and go with it.
    s.bridge("br1", secure: true)
    try s["br1"].apply(MeterText.parse("meter=9,pktps,bands=type=drop,rate=1"))
    #expect(installed(s).count == 2)
    s.pipeline.removeBridge("br1")
    #expect(installed(s).count == 1)
  }
}
