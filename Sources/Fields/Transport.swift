/// TCP, UDP and SCTP share the places of their ports in the flow key.
extension MatchField {
  public static let tcpSrc = MatchField(
    "tcp_src", "tp_src", at: FlowKey.Offset.tpSrc, bytes: 2, .decimal, needs: .tcp,
    nxm: .nxmOF(9, bytes: 2, "TCP_SRC"), oxm: .oxmOF(13, bytes: 2, "TCP_SRC"))
  public static let tcpDst = MatchField(
    "tcp_dst", "tp_dst", at: FlowKey.Offset.tpDst, bytes: 2, .decimal, needs: .tcp,
    nxm: .nxmOF(10, bytes: 2, "TCP_DST"), oxm: .oxmOF(14, bytes: 2, "TCP_DST"))
  public static let tcpFlags = MatchField(
    "tcp_flags", at: FlowKey.Offset.tcpFlags, bytes: 2, bits: 12, .tcpFlags, needs: .tcp,
    writable: false,
    nxm: .nxmNX(34, bytes: 2, "TCP_FLAGS"), oxm: .oxmOF(42, bytes: 2, "TCP_FLAGS", since: 6),
    experimenter: .onfET(42, bytes: 2, "TCP_FLAGS"))

  public static let udpSrc = MatchField(
    "udp_src", at: FlowKey.Offset.tpSrc, bytes: 2, .decimal, needs: .udp,
    nxm: .nxmOF(11, bytes: 2, "UDP_SRC"), oxm: .oxmOF(15, bytes: 2, "UDP_SRC"))
  public static let udpDst = MatchField(
    "udp_dst", at: FlowKey.Offset.tpDst, bytes: 2, .decimal, needs: .udp,
    nxm: .nxmOF(12, bytes: 2, "UDP_DST"), oxm: .oxmOF(16, bytes: 2, "UDP_DST"))

  public static let sctpSrc = MatchField(
    "sctp_src", at: FlowKey.Offset.tpSrc, bytes: 2, .decimal, needs: .sctp,
    oxm: .oxmOF(17, bytes: 2, "SCTP_SRC"))
  public static let sctpDst = MatchField(
    "sctp_dst", at: FlowKey.Offset.tpDst, bytes: 2, .decimal, needs: .sctp,
    oxm: .oxmOF(18, bytes: 2, "SCTP_DST"))
}
