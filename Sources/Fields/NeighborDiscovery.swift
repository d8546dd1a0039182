/// IPv6 neighbor discovery: what a solicitation or an advertisement carries.
extension MatchField {
  private static let nd = Flow.Offset.headers

  public static let ndTarget = MatchField(
    "nd_target", at: nd + HeaderFields.Offset.ndTarget, bytes: 16, .ipv6, needs: .nd,
    nxm: .nxmNX(23, bytes: 16, "ND_TARGET"), oxm: .oxmOF(31, bytes: 16, "IPV6_ND_TARGET"))
  public static let ndSLL = MatchField(
    "nd_sll", at: nd + HeaderFields.Offset.ndSLL, bytes: 6, .ethernet, needs: .ndSolicit,
    nxm: .nxmNX(24, bytes: 6, "ND_SLL"), oxm: .oxmOF(32, bytes: 6, "IPV6_ND_SLL"))
  public static let ndTLL = MatchField(
    "nd_tll", at: nd + HeaderFields.Offset.ndTLL, bytes: 6, .ethernet, needs: .ndAdvert,
    nxm: .nxmNX(25, bytes: 6, "ND_TLL"), oxm: .oxmOF(33, bytes: 6, "IPV6_ND_TLL"))
  public static let ndReserved = MatchField(
    "nd_reserved", at: nd + HeaderFields.Offset.ndReserved, bytes: 4, .decimal, maskable: .none,
    needs: .nd, oxm: .ericsson(1, bytes: 4, "ICMPV6_ND_RESERVED"))
  public static let ndOptionsType = MatchField(
    "nd_options_type", at: nd + HeaderFields.Offset.ndOptionsType, bytes: 1, .decimal,
    maskable: .none, needs: .nd, oxm: .ericsson(2, bytes: 1, "ICMPV6_ND_OPTIONS_TYPE"))
}
