/// A guest's card whose socket we make, named like the port, in `other_config:vhost-sock-dir`. The
/// hypervisor must connect again by itself (QEMU: `reconnect=1`) when the switch was restarted.
let dpdkvhostuserType = InterfaceType(
  name: "dpdkvhostuser", isAvailable: { _ in DPDK.isEnabled },
  make: {
    vhostLog.warn(
      "dpdkvhostuser ports are considered deprecated;  please migrate to dpdkvhostuserclient ports."
    )
    return try VhostInterface($0, isClient: false, $1)
  })
