import Fields

/// Chooses a bridge's own Ethernet address and datapath ID.
///
/// The address is `other_config:hwaddr` if that is a usable unicast address, else the lowest address
/// of the bridge's hardware-like ports (so that it stays the same when the daemon restarts), else a
/// random one made once per bridge. The datapath ID is `other_config:datapath-id`, else the address
/// in its low 48 bits (ovs-vswitchd.conf.db(5), Bridge, "datapath-id").
struct BridgeAddress: Equatable {
  let address: EthernetAddress
  let datapathID: UInt64

  /// - Parameter ports: addresses of the ports that may lend theirs: neither LOCAL nor patch ports.
  init(
    _ bridge: DesiredBridge, ports: some Sequence<EthernetAddress>, fallback: EthernetAddress
  ) {
    let wanted = bridge.hardwareAddress.flatMap { EthernetAddress($0) }
    let usable = ports.filter { !$0.isMulticast && $0 != .zero }
    if let wanted, !wanted.isMulticast, wanted != .zero {
      address = wanted
    } else {
      address = usable.min() ?? fallback
    }
    datapathID = bridge.datapathID ?? address.value
  }

  /// A random address with the locally administered bit, for a bridge that has no port to ask.
  static func random() -> EthernetAddress {
    let bits = UInt64.random(in: 0...0xffff_ffff_ffff)
    return EthernetAddress(bits & ~0x0100_0000_0000 | 0x0200_0000_0000)
  }
}
