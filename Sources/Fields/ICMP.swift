/// ICMP and ICMPv6: type and code lie in the places of the ports, in their low bytes.
extension MatchField {
  public static let icmpType = MatchField(
    "icmp_type", at: FlowKey.Offset.tpSrc + 1, bytes: 1, .decimal, maskable: .none, needs: .icmp,
    nxm: .nxmOF(13, bytes: 1, "ICMP_TYPE"), oxm: .oxmOF(19, bytes: 1, "ICMPV4_TYPE"))
  public static let icmpCode = MatchField(
    "icmp_code", at: FlowKey.Offset.tpDst + 1, bytes: 1, .decimal, maskable: .none, needs: .icmp,
    nxm: .nxmOF(14, bytes: 1, "ICMP_CODE"), oxm: .oxmOF(20, bytes: 1, "ICMPV4_CODE"))

  public static let icmpv6Type = MatchField(
    "icmpv6_type", at: FlowKey.Offset.tpSrc + 1, bytes: 1, .decimal, maskable: .none,
    needs: .icmpv6,
    nxm: .nxmNX(21, bytes: 1, "ICMPV6_TYPE"), oxm: .oxmOF(29, bytes: 1, "ICMPV6_TYPE"))
  public static let icmpv6Code = MatchField(
    "icmpv6_code", at: FlowKey.Offset.tpDst + 1, bytes: 1, .decimal, maskable: .none,
    needs: .icmpv6,
    nxm: .nxmNX(22, bytes: 1, "ICMPV6_CODE"), oxm: .oxmOF(30, bytes: 1, "ICMPV6_CODE"))
}
