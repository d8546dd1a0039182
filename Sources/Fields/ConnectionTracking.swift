/// What connection tracking knows of a packet, and the original direction's addresses of its
/// connection.
extension MatchField {
  private static let state = Flow.Offset.state

  public static let ctState = MatchField(
    "ct_state", at: state + StateFields.Offset.ctState, bytes: 4, .ctState, writable: false,
    nxm: .nxmNX(105, bytes: 4, "CT_STATE"))
  public static let ctZone = MatchField(
    "ct_zone", at: state + StateFields.Offset.ctZone, bytes: 2, .hexadecimal, maskable: .none,
    writable: false, nxm: .nxmNX(106, bytes: 2, "CT_ZONE"))
  public static let ctMark = MatchField(
    "ct_mark", at: state + StateFields.Offset.ctMark, bytes: 4, .hexadecimal,
    nxm: .nxmNX(107, bytes: 4, "CT_MARK"))
  public static let ctLabel = MatchField(
    "ct_label", at: state + StateFields.Offset.ctLabel, bytes: 16, .hexadecimal,
    nxm: .nxmNX(108, bytes: 16, "CT_LABEL"))

  public static let ctNWProto = MatchField(
    "ct_nw_proto", at: state + StateFields.Offset.ctNWProto, bytes: 1, .decimal, maskable: .none,
    needs: .ctValid, writable: false, nxm: .nxmNX(119, bytes: 1, "CT_NW_PROTO"))
  public static let ctNWSrc = MatchField(
    "ct_nw_src", at: state + StateFields.Offset.ctNWSrc, bytes: 4, .ipv4, needs: .ctValid,
    writable: false, nxm: .nxmNX(120, bytes: 4, "CT_NW_SRC"))
  public static let ctNWDst = MatchField(
    "ct_nw_dst", at: state + StateFields.Offset.ctNWDst, bytes: 4, .ipv4, needs: .ctValid,
    writable: false, nxm: .nxmNX(121, bytes: 4, "CT_NW_DST"))
  public static let ctIPv6Src = MatchField(
    "ct_ipv6_src", at: state + StateFields.Offset.ctIPv6Src, bytes: 16, .ipv6, needs: .ctValid,
    writable: false, nxm: .nxmNX(122, bytes: 16, "CT_IPV6_SRC"))
  public static let ctIPv6Dst = MatchField(
    "ct_ipv6_dst", at: state + StateFields.Offset.ctIPv6Dst, bytes: 16, .ipv6, needs: .ctValid,
    writable: false, nxm: .nxmNX(123, bytes: 16, "CT_IPV6_DST"))
  public static let ctTPSrc = MatchField(
    "ct_tp_src", at: state + StateFields.Offset.ctTPSrc, bytes: 2, .decimal, needs: .ctValid,
    writable: false, nxm: .nxmNX(124, bytes: 2, "CT_TP_SRC"))
  public static let ctTPDst = MatchField(
    "ct_tp_dst", at: state + StateFields.Offset.ctTPDst, bytes: 2, .decimal, needs: .ctValid,
    writable: false, nxm: .nxmNX(125, bytes: 2, "CT_TP_DST"))
}

/// Bits of `ct_state`.
public enum ConnectionState {
  public static let new: UInt32 = 1 << 0
  public static let established: UInt32 = 1 << 1
  public static let related: UInt32 = 1 << 2
  public static let reply: UInt32 = 1 << 3
  public static let invalid: UInt32 = 1 << 4
  public static let tracked: UInt32 = 1 << 5
  public static let sourceNAT: UInt32 = 1 << 6
  public static let destinationNAT: UInt32 = 1 << 7
  public static let all: UInt32 = 0xff
}
