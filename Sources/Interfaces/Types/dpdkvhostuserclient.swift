/// A guest's card whose socket the hypervisor makes (`options:vhost-server-path`): both sides find
/// each other again after either was restarted.
let dpdkvhostuserclientType = InterfaceType(
  name: "dpdkvhostuserclient", isAvailable: { _ in DPDK.isEnabled },
  make: { try VhostInterface($0, isClient: true, $1) })
