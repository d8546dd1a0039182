import Fields
import Testing

@testable import Datapath
@testable import Pipeline

/// The self-check on the real datapath: it finds what is broken on purpose, and nothing else.
@Suite(.serialized) struct SelfCheckEndToEndTests {
  private final class Bed {
    let datapath: Datapath
    let s: TestSwitch
    var ports: [PortNumber: DummyPort] = [:]

    init() throws {
      try EAL.initialize()
      var configuration = DatapathConfiguration()
      configuration.hugepages = false
      datapath = try Datapath(configuration)
      s = TestSwitch(datapath: datapath)
      s.bridge("br0", secure: true)
      for number: UInt16 in 1...3 {
        let port = try DummyPort()
        ports[PortNumber(number)] = port
        try datapath.attach(PortNumber(number), name: "p\(number)", source: .dummy(port))
        s.port("br0", "p\(number)", number, PortNumber(number))
      }
      s.pipeline.megaflows.settings.maxIdle = .max
      s.pipeline.megaflows.settings.maxRevalidator = 5
      s.pipeline.megaflows.start(translators: 1)
    }

    deinit {
      s.pipeline.megaflows.stop()
      datapath.shutdown()
    }

    var counters: Megaflows.SelfCheckCounters { s.pipeline.megaflows.selfChecks }

    /// Packets to as many destinations until `isEnough`, or for twenty seconds.
    func send(destinations: UInt16, until isEnough: () throws -> Bool) rethrows {
      let end = ContinuousClock.now + .seconds(20)
      var port: UInt16 = 0
      while try !isEnough(), ContinuousClock.now < end {
        port = (port + 1) % destinations
        var wanted = key(
          "in_port(1),eth(src=02:00:00:00:00:01,dst=02:00:00:00:00:02),eth_type(0x0800),"
            + "ipv4(src=10.0.0.1,dst=10.0.0.2,proto=17,tos=0,ttl=64,frag=no),udp(src=7,dst=9)")
        wanted.tpDst = port
        _ = ports[1]?.receive(frame(wanted))
        datapath.quiesce()
      }
    }
  }

  /// What a worker's flow does is overwritten.
  @Test func corruptedFlowsGo() throws {
    let bed = try Bed()
    try bed.s.flows("br0", "udp,tp_dst=0,actions=output:2", "ip,actions=output:3")
    bed.send(destinations: 1) { bed.counters.checked > 0 }
    #expect(bed.counters.checked > 0 && bed.counters.mismatches == 0)
    let flow = try #require(bed.s.pipeline.megaflows.store.withLock { $0.flows.values.first })
    let slot = try #require(flow.handle.record.pointee.slot)
    slot.pointee.word0 ^= 1 << 8
    bed.send(destinations: 2) { bed.counters.mismatches > 0 }
    #expect(bed.counters.mismatches >= 1)
    #expect(flow.handle.state == .removed)
    // What comes in its place is right.
    let before = bed.counters
    bed.send(destinations: 2) { bed.counters.checked > before.checked + 50 }
    #expect(bed.counters.checked > before.checked + 50)
    #expect(bed.counters.mismatches == before.mismatches)
  }

  /// Tables change all the time, in ways that change what packets do.
  @Test func changesAreNoMismatches() throws {
    let bed = try Bed()
    var round = 0
    try bed.send(destinations: 20) {
      round += 1
      if round % 50 != 0 { return bed.counters.checked >= 100 }
      let port = round / 50 % 2 + 2
      try bed.s.flows(
        "br0", "udp,tp_dst=\(round / 50 % 7),actions=output:\(port)",
        "priority=1,ip,actions=output:\(port)")
      return false
    }
    #expect(bed.counters.checked >= 100)
    #expect(bed.counters.mismatches == 0)
  }
}
