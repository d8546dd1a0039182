/// The IPv4 addresses, and what IPv4 and IPv6 have in common.
extension MatchField {
  public static let ipv4Src = MatchField(
    "ip_src", "nw_src", at: FlowKey.Offset.ipv4Src, bytes: 4, .ipv4, needs: .ipv4,
    nxm: .nxmOF(7, bytes: 4, "IP_SRC"), oxm: .oxmOF(11, bytes: 4, "IPV4_SRC"))
  public static let ipv4Dst = MatchField(
    "ip_dst", "nw_dst", at: FlowKey.Offset.ipv4Dst, bytes: 4, .ipv4, needs: .ipv4,
    nxm: .nxmOF(8, bytes: 4, "IP_DST"), oxm: .oxmOF(12, bytes: 4, "IPV4_DST"))

  public static let ipProto = MatchField(
    "nw_proto", "ip_proto", at: FlowKey.Offset.ipProto, bytes: 1, .decimal, maskable: .none,
    needs: .ipAny, writable: false,
    nxm: .nxmOF(6, bytes: 1, "IP_PROTO"), oxm: .oxmOF(10, bytes: 1, "IP_PROTO"))
  /// The DSCP in its place in the TOS byte; the two low bits are no part of the field.
  public static let nwTOS = MatchField(
    "nw_tos", at: FlowKey.Offset.ipTOS, bytes: 1, .decimal, maskable: .none, needs: .ipAny,
    nxm: .nxmOF(5, bytes: 1, "IP_TOS"))
  /// The DSCP as a number of 6 bits.
  public static let ipDSCP = MatchField(
    "ip_dscp", at: FlowKey.Offset.ipTOS, bytes: 1, bits: 6, shift: 2, .decimal, maskable: .none,
    needs: .ipAny, oxm: .oxmOF(8, bytes: 1, "IP_DSCP"))
  public static let ipECN = MatchField(
    "nw_ecn", "ip_ecn", at: FlowKey.Offset.ipTOS, bytes: 1, bits: 2, .decimal, maskable: .none,
    needs: .ipAny, nxm: .nxmNX(28, bytes: 1, "IP_ECN"), oxm: .oxmOF(9, bytes: 1, "IP_ECN"))
  public static let ipTTL = MatchField(
    "nw_ttl", at: FlowKey.Offset.ipTTL, bytes: 1, .decimal, maskable: .none, needs: .ipAny,
    nxm: .nxmNX(29, bytes: 1, "IP_TTL"))
  public static let ipFrag = MatchField(
    "ip_frag", "nw_frag", at: FlowKey.Offset.ipFrag, bytes: 1, bits: 2, .fragment, needs: .ipAny,
    writable: false, nxm: .nxmNX(26, bytes: 1, "IP_FRAG"))
}
