/// The IPv6 header.
extension MatchField {
  public static let ipv6Src = MatchField(
    "ipv6_src", at: FlowKey.Offset.ipv6Src, bytes: 16, .ipv6, needs: .ipv6,
    nxm: .nxmNX(19, bytes: 16, "IPV6_SRC"), oxm: .oxmOF(26, bytes: 16, "IPV6_SRC"))
  public static let ipv6Dst = MatchField(
    "ipv6_dst", at: FlowKey.Offset.ipv6Dst, bytes: 16, .ipv6, needs: .ipv6,
    nxm: .nxmNX(20, bytes: 16, "IPV6_DST"), oxm: .oxmOF(27, bytes: 16, "IPV6_DST"))
  public static let ipv6Label = MatchField(
    "ipv6_label", at: Flow.Offset.headers + HeaderFields.Offset.ipv6Label, bytes: 4, bits: 20,
    .hexadecimal, needs: .ipv6,
    nxm: .nxmNX(27, bytes: 4, "IPV6_LABEL"), oxm: .oxmOF(28, bytes: 4, "IPV6_FLABEL"))
}
