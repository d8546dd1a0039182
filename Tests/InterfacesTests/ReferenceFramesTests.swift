import Testing

@testable import Interfaces
@testable import Runtime

/// What Debian's Open vSwitch 3.1 made of flows given to `netdev-dummy/receive`, captured on a
/// simulated port: frames in hexadecimal, or its error. `@` stands for the Ethernet header (in the
/// flow: its attribute; in a frame: the two addresses), `*` for the bytes 0 to 63. Where OVS loses
/// headers (a second VLAN tag), the whole frame stands here.
@Suite struct ReferenceFramesTests {
  @Test(arguments: reference)
  func framesAndErrorsAreThoseOfOVS(_ flow: String, _ expected: String) {
    let ethernet = "eth(src=50:54:00:00:00:09,dst=50:54:00:00:00:0a)"
    let text = flow.replacing("@", with: ethernet)
    do {
      let frame = try DummyCommands.frames([text][...])[0]
      let addresses = hex([0x50, 0x54, 0, 0, 0, 10, 0x50, 0x54, 0, 0, 0, 9])
      let wanted = expected.replacing("@", with: addresses).replacing("*", with: hex(Array(0..<64)))
      #expect(hex(frame) == wanted)
    } catch {
      #expect("\(error)" == expected.replacing("@", with: ethernet))
    }
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private let reference: [(String, String)] = [
  (
    "in_port(1),@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=6,tos=0,ttl=6"
      + "4,frag=no),tcp(src=1,dst=2)",
    "@080045000068000000004006668e0a0000020a00000100010002000000000000000050000000b79"
      + "b0000*"
  ),
  (
    "@,eth_type(0x8100),vlan(vid=5,pcp=3),encap(eth_type(0x0800),ipv4(src=10.0.0.2,ds"
      + "t=10.0.0.1,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=2),tcp_flags(syn))",
    "@8100600508004500002800000000400666ce0a0000020a000001000100020000000000000000500"
      + "200009bdd0000"
  ),
  (
    "@,eth_type(0x0806),arp(sip=1.2.3.4,tip=1.2.3.5,op=1,sha=50:54:00:00:00:09,tha=00"
      + ":00:00:00:00:00)",
    "@080600010800060400015054000000090102030400000000000001020305"
  ),
  (
    "@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0,proto=58,tclass=0,hlimit"
      + "=255,frag=no),icmpv6(type=135,code=0),nd(target=fe80::2,sll=50:54:00:00:00:09,tl"
      + "l=00:00:00:00:00:00)",
    "@86dd6000000000203afffe800000000000000000000000000001fe8000000000000000000000000"
      + "0000287002bbf00000000fe8000000000000000000000000000020101505400000009"
  ),
  (
    "@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0x12,proto=17,tclass=3,hli"
      + "mit=255,frag=no),udp(src=5,dst=6)",
    "@86dd60300012004811fffe800000000000000000000000000001fe8000000000000000000000000"
      + "000020005000600481e4b*"
  ),
  (
    "@,eth_type(0x86dd),ipv6(src=fe80::1,dst=fe80::2,label=0x12,proto=58,tclass=3,hli"
      + "mit=255,frag=no),icmpv6(type=128,code=0)",
    "@86dd6030001200483afffe800000000000000000000000000001fe8000000000000000000000000"
      + "0000280009e7400000000*"
  ),
  (
    "@",
    "@000e"
  ),
  (
    "@,eth_type(0x1234)",
    "@1234"
  ),
  (
    "@,eth_type(0x0800)",
    "@080045000014000000000000baeb0000000000000000"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=17,tos=0,ttl=64,frag=lat"
      + "er)",
    "@08004500001400002064401146730a0000020a000001"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=17,tos=0,ttl=64,frag=fir"
      + "st),udp(src=5,dst=6)",
    "@08004500005c000020004011468f0a0000020a000001000500060048074d*"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=17,tos=1,ttl=64,frag=no)"
      + ",udp(src=5,dst=6)",
    "@08004501005c000000004011668e0a0000020a000001000500060048074d*"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=132,tos=1,ttl=64,frag=no"
      + "),sctp(src=5,dst=6)",
    "@08004501002000000000408466570a0000020a000001000500060000000000000000"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=47,tos=1,ttl=64,frag=no)",
    "@08004501001400000000402f66b80a0000020a000001"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=2,tos=1,ttl=64,frag=no)",
    "@08004501001c00000000400266dd0a0000020a0000010000ffff00000000"
  ),
  (
    "@,eth_type(0x88a8),vlan(vid=5,pcp=3),encap(eth_type(0x8100),vlan(vid=6,pcp=1),en"
      + "cap(eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=6,tos=0,ttl=64,frag=no"
      + "),tcp(src=1,dst=2),tcp_flags(syn|ack)))",
    "@88a860058100200608004500002800000000400666ce0a0000020a00000100010002000000000"
      + "0000000501200009bcd0000"
  ),
  (
    "@,eth_type(0x8847),mpls(label=100,tc=3,ttl=64,bos=1)",
    "@884700064740"
  ),
  (
    "recirc_id(0),@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=6,tos=0,ttl"
      + "=64,frag=no),tcp(src=0/0xff,dst=2)",
    "syntax error at tcp(src=0/0xff,dst=2)"
  ),
  (
    "@,eth_type(0x0800),tcp(src=1,dst=2)",
    "@080045000014000000000000baeb0000000000000000"
  ),
  (
    "skb_priority(0),skb_mark(0),ct_state(0),ct_zone(0),ct_mark(0),ct_label(0),recirc"
      + "_id(0),dp_hash(0),in_port(1),packet_type(ns=0,id=0),@,eth_type(0x0800),ipv4(src="
      + "10.0.0.2,dst=10.0.0.1,proto=6,tos=0,ttl=64,frag=no),tcp(src=1,dst=2)",
    "@080045000068000000004006668e0a0000020a00000100010002000000000000000050000000b79"
      + "b0000*"
  ),
  (
    "@ eth_type(0x1234)",
    "@1234"
  ),
  (
    "@,foo(1)",
    "syntax error at foo(1)"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=6,tos=0,ttl=64,frag=no),"
      + "tcp(src=1,dst=2",
    "syntax error at tcp(src=1,dst=2"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2)",
    "@080045000014000000000000b0e90a00000200000000"
  ),
  (
    "@,eth_type(0x0800),ipv4(src=10.0.0.2,dst=10.0.0.1,proto=6,tos=0,ttl=64,frag=no,f"
      + "oo=1)",
    "syntax error at ipv4(src=10.0.0.2,dst=10.0.0.1,proto=6,tos=0,ttl=64,frag=no,foo="
      + "1)"
  ),
  (
    "in_port(p1),@,eth_type(0x1234)",
    "syntax error at in_port(p1),@,eth_type(0x1234)"
  ),
  (
    "@,@,eth_type(0x1234)",
    "duplicate eth attribute in flow key; the flow key in error is: @,@,eth_type(0x12"
      + "34)"
  ),
]
