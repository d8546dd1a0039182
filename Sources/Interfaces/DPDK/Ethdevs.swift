import CDPDKShim
import Runtime

/// The ethdevs that interfaces use: a device belongs to one interface at a time. Control thread.
final class Ethdevs {
  private var owners: [UInt16: DPDKInterface] = [:]
  let cards = Cards()

  /// In the order of DPDK's port ids.
  var all: [DPDKInterface] { owners.sorted { $0.key < $1.key }.map(\.value) }

  func owner(of port: UInt16) -> DPDKInterface? { owners[port] }
  func add(_ device: DPDKInterface, port: UInt16) { owners[port] = device }
  func remove(port: UInt16) { owners[port] = nil }

  /// The interfaces on a device that the kernel wants back; from now on they refuse to go on.
  func deviceIsTaken(_ device: String) -> [DPDKInterface] {
    let concerned = all.filter { $0.deviceName == device }
    for interface in concerned { interface.isTaken() }
    return concerned
  }
}

extension InterfaceFactory {
  /// Gives a device back to the system that DPDK has and no interface uses. Returns what to say.
  public func detach(_ device: String) throws -> String {
    var port: UInt16 = 0
    guard pb_ethdev_find(device, &port) == 0 else {
      throw TextError("Device '\(device)' not found in DPDK")
    }
    if let owner = ethdevs.owner(of: port) {
      throw TextError(
        "Device '\(device)' is being used by the following interfaces: \(owner.name). "
          + "Remove them before detaching.")
    }
    pb_ethdev_detach(port)
    return "Device '\(device)' has been detached"
  }
}
