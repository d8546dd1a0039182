import Fields
import TestSupport
import Testing

@testable import Datapath

/// Packets that are looked up again, and packets whose flow depends on more than the flow key.
@Suite(.serialized)
struct RecirculationTests {
  static func frame(_ port: UInt16 = 53, tags: [(tpid: UInt16, tci: UInt16)] = []) -> [UInt8] {
    Frames.ethernet(tags: tags, type: 0x0800, Frames.ipv4(proto: 17, Frames.udp(1000, port)))
  }

  private static func exact(_ fields: (inout FlowMask) -> Void) -> FlowMask {
    var mask = FlowMask()
    fields(&mask)
    return mask
  }

  @Test func packetIsParsedAnewAndLookedUpWithItsID() throws {
    let asked = Handles()
    let bed = try TestBed(ports: 3) { datapath, miss in
      let mask = Self.exact { $0.vlanTCI = .max }
      let handle =
        switch miss.key.recircID {
        case 0:
          datapath.answer(
            miss, mask: mask,
            actions: [.pushVLAN(tpid: 0x8100, tci: 7), .recirculate(5), .output(3)])
        case 5 where miss.key.vlanTCI == 0x1007:
          datapath.answer(miss, mask: mask, actions: [.popVLAN, .recirculate(6)])
        case 6 where miss.key.vlanTCI == 0 && miss.key.inPort == 1:
          datapath.answer(miss, mask: mask, actions: [.output(2)])
        default: nil as FlowHandle?
        }
      if let handle { asked.add(handle) } else { datapath.discard(miss) }
    }
    defer { bed.finish() }
    let frames = (0..<100).map { Self.frame(UInt16($0)) }
    for frame in frames { #expect(bed.ports[1]?.receive(frame) == true) }
    #expect(bed.datapath.quiesce())
    #expect(bed.ports[2]?.takeTransmitted() == frames)
    #expect(bed.ports[3]?.takeTransmitted().count == 100)
    #expect(asked.all.map(\.statistics.packets).filter { $0 > 0 } == [100, 100, 100])
    #expect(bed.datapath.workers[0].counters.packetsRecirculated == 200)
  }

  @Test func roundsAndCopiesAreBounded() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in
      let actions: [DatapathAction] =
        miss.key.recircID == 0 ? [.recirculate(1)] : [.output(2), .recirculate(1), .recirculate(1)]
      _ = datapath.answer(miss, mask: FlowMask(), actions: actions)
    }
    defer { bed.finish() }
    #expect(bed.ports[1]?.receive(Self.frame()) == true)
    #expect(bed.datapath.quiesce())
    // One, two, four, ... thirty-two packets on six levels, and the next level's are dropped.
    #expect(bed.datapath.counters(2).txPackets == 63)
    #expect(bed.datapath.counters(1)[.recirculationLimit] == 64)
  }

  @Test func hashOfAConnectionSurvives() throws {
    let seen = Handles()
    let bed = try TestBed(ports: 2) { datapath, miss in
      guard miss.key.recircID != 0 else {
        _ = datapath.answer(
          miss, mask: FlowMask(), actions: [.hash(algorithm: 0, basis: 1), .recirculate(9)])
        return
      }
      var mask = DeepKey()
      mask.dpHash = 0xff
      if let handle = datapath.answer(
        miss, mask: FlowMask(), deepMask: mask, actions: [.output(2)])
      {
        seen.add(handle)
      }
    }
    defer { bed.finish() }
    for round in 0..<3 {
      for port in 0..<40 { #expect(bed.ports[1]?.receive(Self.frame(UInt16(port))) == true) }
      #expect(bed.datapath.quiesce(), "round \(round)")
    }
    #expect(bed.datapath.counters(2).txPackets == 120)
    let live = seen.all.filter { $0.state == .installed }
    // Forty connections have more than a few hashes, and each packet of one has the same.
    #expect(live.count > 10 && live.count <= 40)
    #expect(Set(live.map(\.deepKey.dpHash)).count == live.count)
    #expect(live.reduce(0) { $0 + $1.statistics.packets } == 120)
    bed.datapath.removeFlows(live)
    bed.datapath.waitForMailboxes()
    #expect(bed.datapath.workers[0].counters.flows == 1)
    #expect(bed.datapath.workers[0].counters.masks == 1)
  }

  /// Frames that have the same flow key, but different tags inside the outermost one.
  @Test func deepFlowsTellPacketsApart() throws {
    let bed = try TestBed(ports: 4) { datapath, miss in
      let mask = Self.exact { ($0.vlanTCI, $0.ethType) = (.max, .max) }
      guard miss.key.ethType == 0x8100 else {
        _ = datapath.answer(miss, mask: mask, actions: [.output(4)])
        return
      }
      let inner = withUnsafeBytes(of: miss.deep.headers) {
        UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 40, as: UInt16.self)) & 0xfff
      }
      var deep = DeepKey()
      withUnsafeMutableBytes(of: &deep.headers) {
        $0.storeBytes(of: .max, toByteOffset: 40, as: UInt16.self)
      }
      // Every fourth kind is not remembered.
      _ = datapath.answer(
        miss, mask: mask, deepMask: deep, actions: [.output(inner & 1 == 0 ? 2 : 3)],
        install: inner & 3 != 3)
    }
    defer { bed.finish() }
    var g = SplitMix(seed: 3)
    var expected: [PortNumber: [[UInt8]]] = [:]
    for round in 0..<30 {
      for i in 0..<20 {
        let inner = UInt16.random(in: 0..<12, using: &g)
        let isDouble = Int.random(in: 0..<4, using: &g) != 0
        var tags: [(tpid: UInt16, tci: UInt16)] = [(0x8100, inner)]
        if isDouble { tags.insert((0x88a8, 5), at: 0) }
        let frame = Self.frame(UInt16(round * 20 + i), tags: tags)
        expected[isDouble ? (inner & 1 == 0 ? 2 : 3) : 4, default: []].append(frame)
        #expect(bed.ports[1]?.receive(frame) == true)
      }
      if round % 5 == 0 { #expect(bed.datapath.quiesce()) }
    }
    #expect(bed.datapath.quiesce())
    for port in PortNumber(2)...4 {
      let got = try #require(bed.ports[port]).takeTransmitted()
      #expect(Set(got) == Set(expected[port] ?? []) && got.count == expected[port]?.count)
    }
    bed.datapath.detach(1)
    #expect(bed.datapath.workers[0].counters.flows == 0)
  }

  /// A packet that comes to a gate, but whose flow did not depend on what is deeper.
  @Test func plainFlowsBehindAGate() throws {
    let bed = try TestBed(ports: 3) { datapath, miss in
      // Even ports go to 2. Others go by the type of the tag: to 2 whatever the port, or to 3.
      var bit = FlowMask()
      bit.tpDst = 1
      guard miss.key.tpDst & 1 == 1 else {
        _ = datapath.answer(miss, mask: bit, actions: [.output(2)])
        return
      }
      let isCustomer = withUnsafeBytes(of: miss.deep.headers) { $0[38] == 0x81 }
      var deep = DeepKey()
      withUnsafeMutableBytes(of: &deep.headers) {
        $0.storeBytes(of: .max, toByteOffset: 38, as: UInt16.self)
      }
      _ = datapath.answer(
        miss, mask: isCustomer ? FlowMask() : bit, deepMask: deep,
        actions: [.output(isCustomer ? 2 : 3)])
    }
    defer { bed.finish() }
    for _ in 0..<3 {
      for (type, port) in [(0x8100, 53), (0x88a8, 54), (0x88a8, 53), (0x8100, 54)] {
        let frame = Self.frame(UInt16(port), tags: [(UInt16(type), 1)])
        #expect(bed.ports[1]?.receive(frame) == true)
        #expect(bed.datapath.quiesce())
      }
    }
    #expect(bed.datapath.counters(2).txPackets == 9)
    #expect(bed.datapath.counters(3).txPackets == 3)
    // The even one that came to the gate got its plain flow once.
    #expect(bed.datapath.workers[0].counters.misses == 3)
  }
}
