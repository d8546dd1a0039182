/// ARP for IPv4 over Ethernet. The flow key keeps one byte of the opcode.
extension MatchField {
  public static let arpOp = MatchField(
    "arp_op", at: FlowKey.Offset.ipProto, bytes: 1, actionBits: 16, .decimal, maskable: .none,
    needs: .arp,
    nxm: .nxmOF(15, bytes: 2, "ARP_OP"), oxm: .oxmOF(21, bytes: 2, "ARP_OP"))
  public static let arpSPA = MatchField(
    "arp_spa", at: FlowKey.Offset.ipv4Src, bytes: 4, .ipv4, needs: .arp,
    nxm: .nxmOF(16, bytes: 4, "ARP_SPA"), oxm: .oxmOF(22, bytes: 4, "ARP_SPA"))
  public static let arpTPA = MatchField(
    "arp_tpa", at: FlowKey.Offset.ipv4Dst, bytes: 4, .ipv4, needs: .arp,
    nxm: .nxmOF(17, bytes: 4, "ARP_TPA"), oxm: .oxmOF(23, bytes: 4, "ARP_TPA"))
  public static let arpSHA = MatchField(
    "arp_sha", at: FlowKey.Offset.arpSHA, bytes: 6, .ethernet, needs: .arp,
    nxm: .nxmNX(17, bytes: 6, "ARP_SHA"), oxm: .oxmOF(24, bytes: 6, "ARP_SHA"))
  public static let arpTHA = MatchField(
    "arp_tha", at: FlowKey.Offset.arpTHA, bytes: 6, .ethernet, needs: .arp,
    nxm: .nxmNX(18, bytes: 6, "ARP_THA"), oxm: .oxmOF(25, bytes: 6, "ARP_THA"))
}
