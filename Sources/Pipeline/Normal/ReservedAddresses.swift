import Fields

/// Destinations that a bridge keeps to itself unless `forward-bpdu` is set; the list is that of
/// ovs-vswitchd.conf.db(5).
enum ReservedAddresses {
  static func contain(_ address: EthernetAddress) -> Bool {
    if address.isReserved { return true }
    switch address.value {
    case 0x00e0_2b00_0000,  // Extreme Discovery Protocol
      0x00e0_2b00_0004, 0x00e0_2b00_0006,  // Ethernet Automatic Protection Switching
      0x0100_0c00_0000,  // Inter Switch Link
      0x0100_0ccc_cccc,  // CDP, VTP, DTP, PAgP, UDLD
      0x0100_0ccc_cccd,  // PVST+
      0x0100_0ccd_cdcd,  // STP Uplink Fast, FlexLink
      0x0100_0ccc_ccc0...0x0100_0ccc_ccc7:  // Cisco CFM
      return true
    default: return false
    }
  }
}
