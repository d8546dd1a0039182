import CDPDKShim
import Fields
import TestSupport
import Testing

@testable import Datapath

/// Action programs on a running datapath, against `NaiveActions`.
@Suite(.serialized)
struct InterpreterTests {
  static func random<T: FixedWidthInteger>(_ g: inout SplitMix) -> T {
    T(truncatingIfNeeded: g.next())
  }

  /// All ones, nothing, or anything.
  static func mask<T: FixedWidthInteger>(_ g: inout SplitMix) -> T {
    switch Int.random(in: 0..<3, using: &g) {
    case 0: ~0
    case 1: 0
    default: random(&g)
    }
  }

  static func action(
    _ proto: UInt8, _ g: inout SplitMix, _ depth: Int = 0
  ) -> DatapathAction {
    switch Int.random(in: 0..<20, using: &g) {
    case 0: return .pushVLAN(tpid: 0x8100, tci: random(&g))
    case 1: return .popVLAN
    case 2:
      var e = DatapathAction.MaskedEthernet()
      (e.src, e.srcMask) = (EthernetAddress(random(&g)), EthernetAddress(mask(&g)))
      (e.dst, e.dstMask) = (EthernetAddress(random(&g)), EthernetAddress(mask(&g)))
      return .setEthernet(e)
    case 3:
      var ip = DatapathAction.MaskedIPv4()
      (ip.src, ip.srcMask, ip.dst, ip.dstMask) = (random(&g), mask(&g), random(&g), mask(&g))
      (ip.tos, ip.tosMask, ip.ttl, ip.ttlMask) = (random(&g), mask(&g), random(&g), mask(&g))
      return .setIPv4(ip)
    case 4:
      var ip = DatapathAction.MaskedIPv6()
      (ip.src, ip.srcMask) = (UInt128(g.next()) << 64 | UInt128(g.next()), mask(&g))
      (ip.dst, ip.dstMask) = (UInt128(g.next()) << 64 | UInt128(g.next()), mask(&g))
      (ip.tos, ip.tosMask, ip.ttl, ip.ttlMask) = (random(&g), mask(&g), random(&g), mask(&g))
      (ip.label, ip.labelMask) = (random(&g) & 0xfffff, mask(&g) & 0xfffff)
      return .setIPv6(ip)
    case 5:
      var arp = DatapathAction.MaskedARP()
      (arp.spa, arp.spaMask, arp.tpa, arp.tpaMask) = (random(&g), mask(&g), random(&g), mask(&g))
      (arp.sha, arp.shaMask) = (EthernetAddress(random(&g)), EthernetAddress(mask(&g)))
      (arp.tha, arp.thaMask) = (EthernetAddress(random(&g)), EthernetAddress(mask(&g)))
      (arp.op, arp.opMask) = (random(&g), mask(&g))
      return .setARP(arp)
    case 6:
      var p = DatapathAction.MaskedPorts(ipProto: proto)
      (p.src, p.srcMask, p.dst, p.dstMask) = (random(&g), mask(&g), random(&g), mask(&g))
      return .setPorts(p)
    case 7: return .setVLAN(tci: random(&g))
    case 8:
      var icmp = DatapathAction.MaskedICMP(isIPv6: Bool.random(using: &g))
      (icmp.type, icmp.typeMask, icmp.code, icmp.codeMask) = (
        random(&g), mask(&g), random(&g), mask(&g)
      )
      return .setICMP(icmp)
    case 9:
      var nd = DatapathAction.MaskedND()
      (nd.target, nd.targetMask) = (UInt128(g.next()) << 64 | UInt128(g.next()), mask(&g))
      (nd.sll, nd.sllMask) = (EthernetAddress(random(&g)), EthernetAddress(mask(&g)))
      (nd.tll, nd.tllMask) = (EthernetAddress(random(&g)), EthernetAddress(mask(&g)))
      (nd.reserved, nd.reservedMask) = (random(&g), mask(&g))
      return .setND(nd)
    case 10: return .pushMPLS(etherType: 0x8847, lse: random(&g))
    case 11: return .popMPLS(etherType: [0x0800, 0x86dd, 0x8847].randomElement(using: &g) ?? 0)
    case 12: return .setMPLS(lse: random(&g), mask: mask(&g))
    case 13: return .truncate(UInt32.random(in: 14...80, using: &g))
    case 14...16 where depth < 4:
      let list = (0..<Int.random(in: 0...4, using: &g)).map { _ in action(proto, &g, depth + 1) }
      let other = (0..<Int.random(in: 0...2, using: &g)).map { _ in action(proto, &g, depth + 1) }
      switch Int.random(in: 0..<4, using: &g) {
      case 0: return .sample(probability: .max, list)
      case 1: return .sample(probability: 0, list)
      case 2: return .clone(list)
      default:
        return .checkPacketLength(
          UInt16.random(in: 20...90, using: &g), greater: list, lessOrEqual: other)
      }
    default: return .output(PortNumber.random(in: 2...4, using: &g))
    }
  }

  static func frame(_ g: inout SplitMix) -> (UInt8, [UInt8]) {
    let proto: UInt8 = Bool.random(using: &g) ? 6 : 17
    let payload = (0..<Int.random(in: 1...30, using: &g)).map { _ in random(&g) as UInt8 }
    let withSum = Int.random(in: 0..<4, using: &g) != 0
    func transport(_ pseudo: (Int) -> [UInt8]) -> [UInt8] {
      let length = payload.count + (proto == 6 ? 20 : 8)
      return proto == 6
        ? Frames.tcp(random(&g), random(&g), pseudo: pseudo(length), payload)
        : Frames.udp(random(&g), random(&g), pseudo: withSum ? pseudo(length) : nil, payload)
    }
    let tags: [(UInt16, UInt16)] = Bool.random(using: &g) ? [(0x8100, 0x0123)] : []
    switch Int.random(in: 0..<7, using: &g) {
    case 5:
      let echo = Frames.word(0x0800) + [0, 0, 1, 2, 3, 4]
      let sum = Frames.checksum(echo)
      let icmp = Array(echo[..<2]) + Frames.word(sum) + Array(echo[4...])
      return (proto, Frames.ethernet(tags: tags, type: 0x0800, Frames.ipv4(proto: 1, icmp)))
    case 6: return (proto, solicitation(tags, &g))
    case 0, 1:
      let (a, b): (UInt32, UInt32) = (random(&g), random(&g))
      let body = transport { Frames.pseudo(a, b, proto, $0) }
      let ip = Frames.ipv4(src: a, dst: b, proto: proto, body)
      return (proto, Frames.ethernet(tags: tags, type: 0x0800, ip))
    case 2, 3:
      let (a, b) = (UInt128(g.next()), UInt128(g.next()) << 64)
      let body = transport { Frames.pseudo(a, b, proto, $0) }
      return (
        proto,
        Frames.ethernet(tags: tags, type: 0x86dd, Frames.ipv6(src: a, dst: b, next: proto, body))
      )
    default:
      let arp = Frames.arp(operation: 1, sha: EthernetAddress(1), spa: 1, tha: .zero, tpa: 2)
      return (proto, Frames.ethernet(tags: tags, type: 0x0806, arp))
    }
  }

  /// A neighbour solicitation with some options.
  static func solicitation(
    _ tags: [(UInt16, UInt16)], _ g: inout SplitMix
  ) -> [UInt8] {
    let (a, b) = (UInt128(g.next()), UInt128(g.next()) << 64)
    var icmp: [UInt8] = [Bool.random(using: &g) ? 135 : 136, 0, 0, 0, 0, 0, 0, 0] + Frames.bytes(b)
    for kind in [1, 2, 5] as [UInt8] where Bool.random(using: &g) {
      icmp += [kind, 1] + Frames.address(EthernetAddress(random(&g)))
    }
    let sum = Frames.checksum(Frames.pseudo(a, b, 58, icmp.count) + icmp)
    icmp.replaceSubrange(2..<4, with: Frames.word(sum))
    return Frames.ethernet(tags: tags, type: 0x86dd, Frames.ipv6(src: a, dst: b, next: 58, icmp))
  }

  /// A quarter of the packets, in the long run.
  @Test func samplesAreTakenByChance() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in
      _ = datapath.answer(
        miss, mask: FlowMask(), actions: [.sample(probability: 0x4000_0000, [.output(2)])])
    }
    defer { bed.finish() }
    let frame = RecirculationTests.frame()
    // Its flow comes first: of a burst before it only as many are kept as may be parked.
    #expect(bed.ports[1]?.receive(frame) == true)
    #expect(bed.datapath.quiesce())
    for _ in 0..<4000 {
      if bed.ports[1]?.receive(frame) != true {
        #expect(bed.datapath.quiesce())
        #expect(bed.ports[1]?.receive(frame) == true)
      }
    }
    #expect(bed.datapath.quiesce())
    #expect((800..<1200).contains(bed.datapath.counters(2).txPackets))
  }

  @Test func serviceHeadersComeAndGo() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    let inner = RecirculationTests.frame()
    let nsh: [UInt8] = [0x0f, 0xc6, 1, 3, 0, 0, 0x12, 255] + [UInt8](repeating: 7, count: 16)
    var set = DatapathAction.MaskedNSH()
    (set.ttl, set.ttlMask, set.path, set.pathMask) = (9, 0x3f, 0x345, 0xfff)
    let push: [DatapathAction] = [
      .pushNSH(header: nsh),
      .pushEthernet(src: EthernetAddress(1), dst: EthernetAddress(2), etherType: 0x894f),
    ]
    inner.withUnsafeBytes {
      bed.datapath.execute(
        $0, inPort: 1,
        actions: push + [.output(2), .setNSH(set), .output(2), .popEthernet, .popNSH, .output(2)])
    }
    bed.datapath.waitForMailboxes()
    let got = try #require(bed.ports[2]).takeTransmitted()
    try #require(got.count == 3)
    let outer =
      Frames.address(EthernetAddress(2)) + Frames.address(EthernetAddress(1)) + [0x89, 0x4f]
    #expect(got[0] == outer + nsh + inner)
    var changed = nsh
    changed.replaceSubrange(0..<8, with: [0x02, 0x46, 1, 3, 0, 0, 0x13, 0x45])
    #expect(got[1] == outer + changed + inner)
    #expect(got[2] == inner)
  }

  @Test func programsDoWhatTheModelDoes() throws {
    let bed = try TestBed(ports: 4) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 11)
    for round in 0..<1500 {
      let (proto, frame) = Self.frame(&g)
      var model = NaiveActions(frame)
      let actions = (0..<Int.random(in: 0...8, using: &g)).map { _ in Self.action(proto, &g) }
      model.run(actions)
      frame.withUnsafeBytes { bed.datapath.execute($0, inPort: 1, actions: actions) }
      bed.datapath.waitForMailboxes()
      for port in PortNumber(2)...4 {
        let expected = model.outputs.filter { $0.port == port }.map(\.frame)
        let got = bed.ports[port]!.takeTransmitted()
        #expect(got == expected, "round \(round) port \(port) \(actions) \(frame)")
        if got != expected { return }
      }
    }
  }

  @Test func sctpChecksumStaysRight() throws {
    let bed = try TestBed(ports: 2) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var sctp = Frames.word(1) + Frames.word(2) + Frames.long(3) + Frames.long(0) + [1, 2, 3, 4, 5]
    let sum = sctp.withUnsafeBytes { pb_crc32c($0.baseAddress, UInt32($0.count)) }
    withUnsafeBytes(of: sum) { sctp.replaceSubrange(8..<12, with: Array($0)) }
    let frame = Frames.ethernet(type: 0x0800, Frames.ipv4(proto: 132, sctp))
    var ports = DatapathAction.MaskedPorts(ipProto: 132)
    (ports.dst, ports.dstMask) = (0x1234, .max)
    frame.withUnsafeBytes {
      bed.datapath.execute($0, inPort: 1, actions: [.setPorts(ports), .output(2)])
    }
    bed.datapath.waitForMailboxes()
    var got = Array(try #require(bed.ports[2]!.takeTransmitted().first).suffix(sctp.count))
    #expect(Array(got[2..<4]) == [0x12, 0x34])
    let field = got[8..<12].withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    got.replaceSubrange(8..<12, with: [0, 0, 0, 0])
    #expect(field == got.withUnsafeBytes { pb_crc32c($0.baseAddress, UInt32($0.count)) })
  }

  /// Any bytes, any actions: nothing crashes, every packet comes out or is counted.
  @Test func fuzz() throws {
    let bed = try TestBed(ports: 4) { datapath, miss in datapath.discard(miss) }
    defer { bed.finish() }
    var g = SplitMix(seed: 12)
    for _ in 0..<3000 {
      var (proto, frame) = Self.frame(&g)
      for _ in 0..<3 { frame[Int.random(in: 12..<frame.count, using: &g)] = Self.random(&g) }
      frame.removeLast(Int.random(in: 0..<frame.count, using: &g))
      proto = [6, 17, 132].randomElement(using: &g) ?? 6
      let actions = (0..<Int.random(in: 0...8, using: &g)).map { _ in Self.action(proto, &g) }
      frame.withUnsafeBytes { bed.datapath.execute($0, inPort: 1, actions: actions) }
    }
    bed.datapath.waitForMailboxes()
    for port in bed.ports.values { _ = port.takeTransmitted() }
  }
}
