/// What the modes of `VLANSettings` mean, as functions of a tag: which VLAN a packet is in, which
/// ports carry it, and with what tag it leaves.
///
/// A TCI is the 16 bits of the tag with bit 0x1000 set when there is one, as in the flow key.
extension VLANSettings {
  /// Whether the port carries a VLAN. VLAN 0 is that of packets without tag on a trunk.
  func carries(_ vlan: UInt16) -> Bool {
    switch mode {
    case .access: vlan == tag
    case .trunk: trunks?.contains(vlan) ?? true
    case .nativeTagged, .nativeUntagged: vlan == tag || trunks?.contains(vlan) ?? true
    }
  }

  /// The VLAN that a packet with this TCI is in when it comes in here; nil when the port does not
  /// take it.
  func admit(_ tci: UInt16) -> UInt16? {
    let vid = tci & 0xfff
    switch mode {
    case .access: return vid == 0 ? tag : nil
    case .trunk: return carries(vid) ? vid : nil
    case .nativeTagged, .nativeUntagged:
      if vid == 0 { return tag }
      return carries(vid) ? vid : nil
    }
  }

  /// The TCI with which a packet of `vlan` leaves here, when it came with `tci`: its priority stays.
  func emit(vlan: UInt16, from tci: UInt16) -> UInt16 {
    let stripsTag = mode == .access || (mode == .nativeUntagged && vlan == tag)
    let priority = tci & 0xe000
    if !stripsTag, vlan != 0 { return vlan | priority | 0x1000 }
    if stripsTag { return priorityTags != .never && priority != 0 ? priority | 0x1000 : 0 }
    // VLAN 0 on a trunk: a tag with a priority stays, one without only if tags always stay.
    let staysEmpty = priorityTags == .always && tci & 0x1000 != 0
    return priority != 0 || staysEmpty ? priority | 0x1000 : 0
  }
}
