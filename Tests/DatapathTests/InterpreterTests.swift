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

  static func action(_ proto: UInt8, _ g: inout SplitMix) -> DatapathAction {
    switch Int.random(in: 0..<9, using: &g) {
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
    switch Int.random(in: 0..<5, using: &g) {
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
