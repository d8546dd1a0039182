/// The Ethernet header.
extension MatchField {
  public static let ethDst = MatchField(
    "eth_dst", "dl_dst", at: FlowKey.Offset.ethDst, bytes: 6, .ethernet, needs: .ethernet,
    nxm: .nxmOF(1, bytes: 6, "ETH_DST"), oxm: .oxmOF(3, bytes: 6, "ETH_DST"))
  public static let ethSrc = MatchField(
    "eth_src", "dl_src", at: FlowKey.Offset.ethSrc, bytes: 6, .ethernet, needs: .ethernet,
    nxm: .nxmOF(2, bytes: 6, "ETH_SRC"), oxm: .oxmOF(4, bytes: 6, "ETH_SRC"))
  public static let ethType = MatchField(
    "eth_type", "dl_type", at: FlowKey.Offset.ethType, bytes: 2, .hexadecimal, maskable: .none,
    needs: .ethernet, writable: false, nxm: .nxmOF(3, bytes: 2, "ETH_TYPE"),
    oxm: .oxmOF(5, bytes: 2, "ETH_TYPE"))
}
