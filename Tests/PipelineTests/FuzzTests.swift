import Fields
import Testing

@testable import Pipeline

/// Texts from outside, damaged in every way: an error or an answer, never more than that.
@Suite struct FuzzTests {
  /// Texts that are good, and texts that once were trouble.
  private let corpus = [
    "in_port(1),eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a),eth_type(0x0800),ipv4(src=192.168.0.1,dst=10.168.0.2/255.0.0.0,proto=6,tos=0/0xfc,ttl=64,frag=no),tcp(src=1,dst=80),tcp_flags(0x2)",
    "recirc_id(0),in_port(3),packet_type(ns=0,id=0),eth(src=50:54:00:00:00:0b,dst=50:54:00:00:00:09),eth_type(0x8100),vlan(vid=10,pcp=3),encap(eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit=64,frag=no),icmpv6(type=128,code=0))",
    "in_port(2),eth_type(0x0806),arp(sip=192.168.0.1,tip=192.168.0.2,op=1,sha=50:54:00:00:00:0a,tha=00:00:00:00:00:00)",
    "encap(encap(encap()))", "eth_type(0x", "((((", "))))", ",,,", "in_port()", "vlan(vid=,pcp=)",
    "eth(src=,dst)", "ipv4(src=1.2.3.4.5)", "tcp(src=99999999999999999999)",
  ]

  @Test func damagedDatapathFlowsAreErrors() {
    let s = TestSwitch()
    s.bridge("br0")
    s.port("br0", "p1", 1, 1)
    var random = SeededGenerator(11)
    for text in corpus {
      for length in 0...text.utf8.count {
        _ = try? DatapathFlowText.parse(
          String(decoding: Array(text.utf8.prefix(length)), as: UTF8.self))
      }
      for _ in 0..<40 {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let index = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0...2, using: &random) {
          case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: index)
          default: if bytes.count > 1 { bytes.remove(at: index) }
          }
        }
        let damaged = String(decoding: bytes, as: UTF8.self)
        _ = s.trace(damaged)
        _ = s.trace("br0", damaged)
        _ = s.trace("br0", "in_port=1", damaged)
      }
    }
  }

  /// What is written is read again as the same key.
  @Test func datapathFlowsSurviveTheWayThroughText() throws {
    var world = RandomWorld(seed: 5)
    for _ in 0..<500 {
      var key = world.randomKey()
      key.tcpFlags = 0
      let text = DatapathFlowText.format(key, mask: world.exact)
      #expect(try DatapathFlowText.parse(text) == key, "\(text)")
    }
  }

  @Test func deepNestingIsNoProblem() {
    let deep = String(repeating: "encap(", count: 20_000) + String(repeating: ")", count: 20_000)
    _ = try? DatapathFlowText.parse(deep)
  }
}
