/// The outermost 802.1Q tag. All of these are views of one 16-bit word in which bit 0x1000 says that
/// a tag is present; matching the ID or the priority of OpenFlow 1.0 implies that bit.
extension MatchField {
  public static let vlanTCI = MatchField(
    "vlan_tci", at: FlowKey.Offset.vlanTCI, bytes: 2, .hexadecimal, needs: .ethernet,
    nxm: .nxmOF(4, bytes: 2, "VLAN_TCI"))
  /// The ID as OpenFlow 1.0 has it: 0xffff matches packets without a tag.
  public static let dlVLAN = MatchField(
    "dl_vlan", at: FlowKey.Offset.vlanTCI, bytes: 2, bits: 12, .decimal, maskable: .none,
    needs: .ethernet)
  /// The priority as OpenFlow 1.0 has it.
  public static let dlVLANPCP = MatchField(
    "dl_vlan_pcp", at: FlowKey.Offset.vlanTCI, bytes: 2, bits: 3, shift: 13, .decimal,
    maskable: .none, needs: .ethernet)
  /// The ID as OpenFlow 1.2 has it: on the wire 0x1000 is part of the value.
  public static let vlanVID = MatchField(
    "vlan_vid", at: FlowKey.Offset.vlanTCI, bytes: 2, bits: 12, .decimal,
    needs: .ethernet, oxm: .oxmOF(6, bytes: 2, "VLAN_VID"))
  /// The priority as OpenFlow 1.2 has it: needs a match on the ID.
  public static let vlanPCP = MatchField(
    "vlan_pcp", at: FlowKey.Offset.vlanTCI, bytes: 2, bits: 3, shift: 13, .decimal,
    maskable: .none, needs: .vlanVID, oxm: .oxmOF(7, bytes: 1, "VLAN_PCP"))
}
