import Testing

@testable import Pipeline

/// The links that Debian's Open vSwitch 3.1 chooses for the same packets: `multipath` with as many
/// links as its register has numbers shows the hash.
@Suite struct LinkHashTests {
  private static let udp =
    "udp,nw_src=10.0.0.1,nw_dst=10.0.1.2,udp_src=7,udp_dst=53"
  private static let tcp6 =
    "tcp6,ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2:3,tcp_src=7,tcp_dst=80"
  private static let tagged = "dl_vlan=10,dl_type=0x1234"

  @Test(arguments: [
    ("eth_src", 0xb17f, 0xb17f, 0xb17f), ("symmetric_l4", 0xfefa, 0x1eb, 0x10c1),
    ("symmetric_l3l4", 0x13b9, 0x871a, 0xeb62), ("symmetric_l3l4+udp", 0x970b, 0x871a, 0xeb62),
    ("nw_src", 0x3000, 0x8e58, 0x32), ("nw_dst", 0x78d3, 0x1890, 0x32),
    ("symmetric_l3", 0x2e8e, 0x3d79, 0x2484),
  ])
  func hashes(fields: String, udp: Int, tcp6: Int, tagged: Int) throws {
    #expect(try link(fields, Self.udp) == udp)
    #expect(try link(fields, Self.tcp6) == tcp6)
    #expect(try link(fields, Self.tagged) == tagged)
  }

  private func link(_ fields: String, _ packet: String) throws -> Int? {
    let s = TestSwitch()
    s.port("br0", "p1", 1, 1)
    try s.flows("br0", "actions=multipath(\(fields),50,modulo_n,65536,0,NXM_NX_REG0[0..15])")
    let text = s.trace(
      "br0", "in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,\(packet)")
    guard let start = text.firstRange(of: "reg0=0x")?.upperBound else { return nil }
    return Int(text[start...].prefix { $0.isHexDigit }, radix: 16)
  }
}
