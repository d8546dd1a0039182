import TestSupport
import Testing

@testable import Interfaces
@testable import Runtime

private func hex(_ frame: [UInt8]) -> String {
  frame.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private let eth = "eth(src=50:54:00:00:00:01,dst=50:54:00:00:00:02)"
private let addresses = "505400000002505400000001"
private let pattern = hex(Array(0..<64))

/// Frames as Open vSwitch 3.1 composes them.
@Suite struct FrameComposerTests {
  private func compose(_ flow: String, _ length: Int? = nil) throws -> String {
    let arguments = [eth + "," + flow] + (length.map { ["--len", String($0)] } ?? [])
    return hex(try DummyCommands.frames(arguments[...])[0])
  }

  @Test func tcp() throws {
    let flow =
      "eth_type(0x0800),ipv4(src=10.0.0.1,dst=10.0.0.2,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=2)"
    #expect(
      try compose(flow)
        == addresses + "0800" + "4500006800000000" + "4006668e0a0000010a000002"
        + "0001000200000000000000005000" + "0000b79b0000" + pattern)
    #expect(
      try compose(
        "eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=0,ttl=64,frag=no),"
          + "tcp(src=1,dst=2),tcp_flags(syn|ack)")
        == addresses + "0800" + "450000280000000040066abd0102030405060708"
        + "0001000200000000000000005012" + "00009fbc0000")
  }

  @Test func udpOverIPv6() throws {
    let flow =
      "eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0x12345,proto=17,tclass=0x70,hlimit=128,"
      + "frag=no),udp(src=8,dst=10)"
    let source = "fe80" + String(repeating: "0", count: 27) + "1"
    let target = "fe80" + String(repeating: "0", count: 27) + "2"
    #expect(
      try compose(flow)
        == addresses + "86dd" + "6701234500481180" + source + target + "0008000a00481e44" + pattern)
  }

  @Test func neighborSolicitation() throws {
    let flow =
      "eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=128,frag=no),"
      + "icmpv6(type=135,code=0),nd(target=fe80::3,sll=50:54:00:00:00:05,tll=00:00:00:00:00:00)"
    #expect(
      try compose(flow).hasSuffix(
        "87002bc200000000fe8000000000000000000000000000030101505400000005"))
  }

  @Test func icmp() throws {
    let flow =
      "eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=1,tos=0x10,ttl=3,frag=no),"
      + "icmp(type=8,code=0)"
    #expect(
      try compose(flow)
        == addresses + "08004510005c000000000301a77e0102030405060708" + "080013fc00000000" + pattern
    )
  }

  @Test func fragments() throws {
    let head = "eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=17,tos=0x10,ttl=3,frag="
    #expect(
      try compose(head + "later)") == addresses + "080045100014000020640311875201020304"
        + "05060708")
    #expect(
      try compose(head + "first),udp(src=1,dst=2)")
        == addresses + "08004510005c000020000311876e0102030405060708" + "0001000200480b44" + pattern
    )
  }

  @Test func taggedARP() throws {
    let flow =
      "eth_type(0x8100),vlan(vid=3,pcp=2),encap(eth_type(0x0806),arp(sip=1.2.3.4,tip=1.2.3.5,op=1,"
      + "sha=50:54:00:00:00:01,tha=00:00:00:00:00:00))"
    #expect(
      try compose(flow)
        == addresses + "81004003" + "08060001080006040001" + "50540000000101020304"
        + "00000000000001020305")
  }

  @Test func lengths() throws {
    let tcp =
      "eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=2),"
      + "tcp_flags(0x12)"
    let frame = try compose(tcp, 128)
    #expect(frame.utf8.count == 256)
    #expect(frame.hasPrefix(addresses + "08004500007200000000" + "40066a73"))
    #expect(frame.contains("501200009f72"))
    #expect(try compose("eth_type(0x1234)", 100).utf8.count == 200)
    #expect(throws: TextError("too small packet len")) { try compose("eth_type(0x1234)", 10) }
    #expect(throws: TextError("too small packet len")) {
      try DummyCommands.frames([eth, "--len"][...])
    }
  }

  @Test func others() throws {
    #expect(try compose("eth_type(0x1234)") == addresses + "1234")
    #expect(try compose("") == addresses + "000e")
    #expect(
      try compose("eth_type(0x8847),mpls(label=100,tc=3,ttl=64,bos=1)").hasSuffix(
        "88470006" + "4740"))
    #expect(
      try DummyCommands.frames(["5054 0000 0002 5054 0000 0001 1234 00", eth][...]).map(\.count)
        == [15, 14])
  }

  @Test(arguments: [
    ("foo", "syntax error at foo"), ("ffff", "syntax error at ffff"),
    ("eth_type(0x0800),eth_type", "syntax error at eth_type"),
    ("eth(srx=50:54:00:00:00:01)", "syntax error at eth(srx=50:54:00:00:00:01)"),
    (
      "eth_type(0x0800),ipv4(src=1.2.3.4/255.0.0.0)",
      "syntax error at ipv4(src=1.2.3.4/255.0.0.0)"
    ),
    (
      "eth_type(1)",
      "invalid Ethertype 1 in flow key; the flow key in error is: eth_type(1)"
    ),
    (
      "eth_type(0x1234),eth_type(0x1235)",
      "duplicate eth_type attribute in flow key; the flow key in error is: "
        + "eth_type(0x1234),eth_type(0x1235)"
    ),
  ])
  func errors(_ flow: String, _ text: String) {
    #expect(throws: TextError(text)) { try FlowText.parse(flow) }
  }

  /// Any text gives a frame or an error, and all that the composer makes has the length it was asked
  /// for.
  @Test func anyTextIsReadOrRefused() {
    var random = SplitMix(seed: 7)
    let seeds = Corpus.flows
    for round in 0..<4000 {
      var bytes = Array(seeds[round % seeds.count].utf8)
      for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: at)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: at)
        }
      }
      let text = String(decoding: bytes, as: UTF8.self)
      let length = Int.random(in: 64...200, using: &random)
      let frames = try? DummyCommands.frames([text, "--len", String(length)][...])
      if let frame = frames?.first { #expect(frame.count == length, "\(text)") }
      _ = try? DummyCommands.frames([text][...])
    }
  }
}

/// Inputs of the fuzz test: one of every kind, and what it has found.
private enum Corpus {
  static let flows = [
    "in_port(1),\(eth),eth_type(0x0800),ipv4(src=1.2.3.4,dst=5.6.7.8,proto=6,tos=0,ttl=64,frag=no),"
      + "tcp(src=1,dst=2),tcp_flags(syn|ack)",
    "\(eth),eth_type(0x8100),vlan(vid=3,pcp=2),encap(eth_type(0x0806),arp(sip=1.2.3.4,tip=1.2.3.5,"
      + "op=1,sha=50:54:00:00:00:01,tha=00:00:00:00:00:00))",
    "\(eth),eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=128,"
      + "frag=first),icmpv6(type=135,code=0),nd(target=fe80::3,sll=50:54:00:00:00:05)",
    "\(eth),eth_type(0x86dd),ipv6(proto=17,frag=later),udp(src=65535,dst=0)",
    "eth_type(0x0800),ipv4(proto=132),sctp(src=1,dst=2)",
    "eth_type(0x8847),mpls(label=100,tc=3,ttl=64,bos=1)", "505400000002505400000001123400",
    "encap(encap(encap(encap(encap(eth())))))", "eth(=),vlan(,),nd(=)", "((((", "eth)(",
    "tcp_flags(|)",
  ]
}
