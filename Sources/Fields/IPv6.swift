/// The IPv6 addresses.
extension MatchField {
  public static let ipv6Src = MatchField(
    "ipv6_src", at: FlowKey.Offset.ipv6Src, bytes: 16, .ipv6, needs: .ipv6,
    nxm: .nxmNX(19, bytes: 16, "IPV6_SRC"), oxm: .oxmOF(26, bytes: 16, "IPV6_SRC"))
  public static let ipv6Dst = MatchField(
    "ipv6_dst", at: FlowKey.Offset.ipv6Dst, bytes: 16, .ipv6, needs: .ipv6,
    nxm: .nxmNX(20, bytes: 16, "IPV6_DST"), oxm: .oxmOF(27, bytes: 16, "IPV6_DST"))
}
