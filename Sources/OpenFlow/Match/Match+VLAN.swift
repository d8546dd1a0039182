import Fields

/// The ways to speak of one VLAN tag. OpenFlow 1.0 and 1.2 match its ID and priority, the first
/// implying that there is a tag and having a number for "no tag", the second having that as a bit.
extension Match {
  private static let vidBits: UInt128 = 0x0fff
  private static let present = UInt128(vlanPresent)
  /// OpenFlow 1.0's ID for "no tag".
  static let noVLAN10: UInt16 = 0xffff

  /// Adds `bits` under `mask` to the condition on the tag word.
  private mutating func addTCI(_ bits: UInt128, mask: UInt128) {
    let field = MatchField.vlanTCI
    let oldMask = self.mask(of: field)
    let old = value(of: field)
    set(field, (old & ~mask) | (bits & mask), mask: oldMask | mask)
  }

  /// `dl_vlan`: an ID, which needs a tag, or 0xffff for none.
  mutating func setVLAN10(_ vid: UInt16) {
    if vid == Self.noVLAN10 {
      set(.vlanTCI, 0)
    } else {
      addTCI(UInt128(vid) & Self.vidBits | Self.present, mask: Self.vidBits | Self.present)
    }
  }

  /// `dl_vlan_pcp` and `vlan_pcp`: a priority, which needs a tag.
  mutating func setVLANPCP(_ pcp: UInt8) {
    addTCI(UInt128(pcp & 7) << 13 | Self.present, mask: 0xe000 | Self.present)
  }

  /// `vlan_vid`: an ID with the bit that says "tag present".
  mutating func setVLANVID12(_ vid: UInt16, mask: UInt16) {
    let mask = UInt128(mask) & (Self.vidBits | Self.present)
    addTCI(UInt128(vid) & mask, mask: mask)
  }
}
