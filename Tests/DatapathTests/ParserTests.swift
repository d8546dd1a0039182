import CDPDKShim
import Fields
import TestSupport
import Testing

@testable import Datapath

/// A second parser, written for clarity: reads the frame with optional bytes and big switch-free
/// steps, so that it cannot share a bug of layout or bounds with the real one.
struct NaiveParser {
  let frame: [UInt8]
  var key = FlowKey()

  static func parse(_ frame: [UInt8], inPort: PortNumber) -> FlowKey {
    var parser = NaiveParser(frame: frame)
    parser.key.inPort = inPort
    if frame.count >= 14 { parser.ethernet() }
    return parser.key
  }

  func u8(_ o: Int) -> UInt8 { frame[o] }
  func u16(_ o: Int) -> UInt16 { UInt16(frame[o]) << 8 | UInt16(frame[o + 1]) }
  func u32(_ o: Int) -> UInt32 { UInt32(u16(o)) << 16 | UInt32(u16(o + 2)) }
  func mac(_ o: Int) -> EthernetAddress {
    EthernetAddress(UInt64(u32(o)) << 16 | UInt64(u16(o + 4)))
  }
  func u128(_ o: Int) -> UInt128 { (0..<16).reduce(UInt128(0)) { $0 << 8 | UInt128(u8(o + $1)) } }

  mutating func ethernet() {
    key.ethDst = mac(0)
    key.ethSrc = mac(6)
    var at = 12
    if u16(at) == 0x8100 || u16(at) == 0x88a8, frame.count >= at + 6 {
      key.vlanTCI = u16(at + 2) | 0x1000
      at += 4
    }
    var type = u16(at)
    at += 2
    if type < 0x600 {
      let snap = frame.count >= at + 8 && Array(frame[at..<at + 6]) == [0xaa, 0xaa, 3, 0, 0, 0]
      if snap && u16(at + 6) >= 0x600 {
        type = u16(at + 6)
        at += 8
      } else {
        type = 0x5ff
      }
    }
    key.ethType = type
    if type == 0x0800 { ipv4(at) }
    if type == 0x86dd { ipv6(at) }
    if type == 0x0806 || type == 0x8035 { arp(at) }
  }

  mutating func ipv4(_ at: Int) {
    guard frame.count >= at + 20 else { return }
    let header = Int(u8(at) % 16) * 4
    let total = Int(u16(at + 2))
    guard header >= 20, total >= header, at + total <= frame.count else { return }
    key.ipTOS = u8(at + 1)
    key.ipTTL = u8(at + 8)
    key.ipProto = u8(at + 9)
    key.ipv4Src = u32(at + 12)
    key.ipv4Dst = u32(at + 16)
    let fragment = u16(at + 6)
    if fragment % 0x4000 != 0 { key.ipFrag = 1 }
    if fragment % 0x2000 != 0 { key.ipFrag = 3 }
    if key.ipFrag < 2 { transport(at + header, at + total) }
  }

  mutating func ipv6(_ start: Int) {
    guard frame.count >= start + 40 else { return }
    let end = start + 40 + Int(u16(start + 4))
    guard end <= frame.count else { return }
    key.ipv6Src = u128(start + 8)
    key.ipv6Dst = u128(start + 24)
    var next = u8(start + 6)
    var at = start + 40
    var fragment: UInt8 = 0
    while [0, 43, 44, 51, 60].contains(next) {
      guard at + 8 <= end else { return }
      let length =
        next == 44 ? 8 : next == 51 ? (Int(u8(at + 1)) + 2) * 4 : (Int(u8(at + 1)) + 1) * 8
      if next == 44 {
        let offset = u16(at + 2)
        if offset != 0 { fragment = 1 }
        if offset / 8 != 0 {
          fragment = 3
          break
        }
      }
      next = u8(at)
      at += length
      guard at <= end else { return }
    }
    key.ipProto = next
    key.ipTOS = UInt8(truncatingIfNeeded: u16(start) >> 4)
    key.ipTTL = u8(start + 7)
    key.ipFrag = fragment
    if fragment < 2 { transport(at, end) }
  }

  mutating func arp(_ at: Int) {
    guard frame.count >= at + 28, u16(at) == 1, u16(at + 2) == 0x800, u16(at + 4) == 0x604 else {
      return
    }
    key.ipv4Src = u32(at + 14)
    key.ipv4Dst = u32(at + 24)
    if u16(at + 6) < 256 { key.ipProto = u8(at + 7) }
    key.arpSHA = mac(at + 8)
    key.arpTHA = mac(at + 18)
  }

  mutating func transport(_ at: Int, _ end: Int) {
    switch key.ipProto {
    case 6:
      guard at + 20 <= end else { return }
      let header = Int(u8(at + 12) / 16) * 4
      guard header >= 20, at + header <= end else { return }
      key.tcpFlags = u16(at + 12) % 0x1000
      (key.tpSrc, key.tpDst) = (u16(at), u16(at + 2))
    case 17 where at + 8 <= end: (key.tpSrc, key.tpDst) = (u16(at), u16(at + 2))
    case 132 where at + 12 <= end: (key.tpSrc, key.tpDst) = (u16(at), u16(at + 2))
    case 1, 2, 58:
      if at + 8 <= end { (key.tpSrc, key.tpDst) = (UInt16(u8(at)), UInt16(u8(at + 1))) }
    default: break
    }
  }
}

struct ParserTests {
  /// Frames of every kind that the parser knows, by a seeded generator.
  static func frame(_ g: inout SplitMix) -> [UInt8] {
    let tags: [(UInt16, UInt16)] = (0..<Int.random(in: 0...2, using: &g)).map { _ in
      (Bool.random(using: &g) ? 0x8100 : 0x88a8, UInt16.random(in: 0...UInt16.max, using: &g))
    }
    let onlyOne = Bool.random(using: &g) ? tags.prefix(1).map { (UInt16(0x8100), $0.1) } : tags
    let (type, payload) = network(&g)
    var body = payload
    var outer = type
    if Int.random(in: 0..<12, using: &g) == 0 {  // 802.2, with or without SNAP
      let head: [UInt8] = [0xaa, 0xaa, 3, 0, 0, Bool.random(using: &g) ? 0 : 1]
      body = head + Frames.word(type) + payload
      outer = UInt16(body.count % 0x600)
    }
    let padding = [UInt8](repeating: 0xee, count: Int.random(in: 0...40, using: &g))
    return Frames.ethernet(
      dst: EthernetAddress(g.next()), src: EthernetAddress(g.next()), tags: onlyOne, type: outer,
      body + (Bool.random(using: &g) ? padding : []))
  }

  static func network(_ g: inout SplitMix) -> (UInt16, [UInt8]) {
    let protocols: [UInt8] = [6, 6, 17, 17, 132, 1, 2, 58, 47, 99]
    let proto = protocols.randomElement(using: &g) ?? 6
    let payload = transport(proto, &g)
    switch Int.random(in: 0..<10, using: &g) {
    case 0..<4:
      let options = [UInt8](repeating: 1, count: [0, 0, 0, 4, 40].randomElement(using: &g) ?? 0)
      let fragment: UInt16 = [0, 0, 0x4000, 0x2000, 0x0001, 0x2010].randomElement(using: &g) ?? 0
      return (
        0x0800,
        Frames.ipv4(
          src: UInt32(truncatingIfNeeded: g.next()), dst: UInt32(truncatingIfNeeded: g.next()),
          proto: proto, tos: UInt8.random(in: 0...255, using: &g),
          ttl: UInt8.random(in: 0...255, using: &g), fragment: fragment, options: options, payload)
      )
    case 4..<8:
      let (next, body) = extensions(proto, payload, &g)
      return (
        0x86dd,
        Frames.ipv6(
          src: UInt128(g.next()) << 64 | UInt128(g.next()), dst: UInt128(g.next()), next: next,
          tos: Bool.random(using: &g) ? 0 : UInt8.random(in: 0...255, using: &g), body)
      )
    case 8:
      return (
        Bool.random(using: &g) ? 0x0806 : 0x8035,
        Frames.arp(
          operation: [1, 2, 256, 300].randomElement(using: &g) ?? 1, sha: EthernetAddress(g.next()),
          spa: UInt32(truncatingIfNeeded: g.next()), tha: EthernetAddress(g.next()),
          tpa: UInt32(truncatingIfNeeded: g.next()))
      )
    default: return (0x88cc, payload)
    }
  }

  static func transport(_ proto: UInt8, _ g: inout SplitMix) -> [UInt8] {
    let a = UInt16(truncatingIfNeeded: g.next())
    let b = UInt16(truncatingIfNeeded: g.next())
    switch proto {
    case 6: return Frames.tcp(a, b, flags: UInt16.random(in: 0...0xfff, using: &g))
    case 17: return Frames.udp(a, b)
    default: return (0..<16).map { _ in UInt8(truncatingIfNeeded: g.next()) }
    }
  }

  static func extensions(_ proto: UInt8, _ payload: [UInt8], _ g: inout SplitMix)
    -> (UInt8, [UInt8])
  {
    var next = proto
    var body = payload
    for _ in 0..<([0, 0, 1, 3].randomElement(using: &g) ?? 0) {
      let kind: UInt8 = [0, 43, 44, 51, 60].randomElement(using: &g) ?? 0
      let extra = Int.random(in: 0...2, using: &g)
      switch kind {
      case 44:
        let offset: UInt16 = [0, 1, 8, 9].randomElement(using: &g) ?? 0
        body = [next, 0] + Frames.word(offset) + [0, 0, 0, 1] + body
      case 51:
        body = [next, UInt8(extra + 1)] + [UInt8](repeating: 0, count: (extra + 3) * 4 - 2) + body
      default:
        body = [next, UInt8(extra)] + [UInt8](repeating: 0, count: (extra + 1) * 8 - 2) + body
      }
      next = kind
    }
    return (next, body)
  }

  @Test func agreesWithNaiveParserWhereverTheFrameIsCut() {
    var g = SplitMix(seed: 1)
    for _ in 0..<300 {
      let frame = Self.frame(&g)
      for length in 0...frame.count {
        let cut = Array(frame.prefix(length))
        #expect(PacketParser.parse(cut, inPort: 7) == NaiveParser.parse(cut, inPort: 7), "\(cut)")
      }
    }
  }

  @Test func agreesWithNaiveParserOnDamagedFrames() {
    var g = SplitMix(seed: 2)
    for _ in 0..<20_000 {
      var frame = Self.frame(&g)
      for _ in 0..<Int.random(in: 1...4, using: &g) {
        let place = Int.random(in: 12..<frame.count, using: &g)
        frame[place] = UInt8(truncatingIfNeeded: g.next())
      }
      let ours = PacketParser.parse(frame, inPort: 9)
      if ours != NaiveParser.parse(frame, inPort: 9) {
        Issue.record("\(frame)")
        return
      }
    }
  }

  /// Random bytes behind an Ethernet header that announces something.
  @Test func fuzz() {
    var g = SplitMix(seed: 3)
    let types: [UInt16] = [0x0800, 0x86dd, 0x0806, 0x8100, 0x0010]
    for _ in 0..<20_000 {
      let body = (0..<Int.random(in: 0...90, using: &g)).map { _ in
        UInt8(truncatingIfNeeded: g.next())
      }
      let frame = Frames.ethernet(type: types.randomElement(using: &g) ?? 0, body)
      if PacketParser.parse(frame, inPort: 1) != NaiveParser.parse(frame, inPort: 1) {
        Issue.record("\(frame)")
        return
      }
    }
  }
}
