import Fields

/// The simulated devices that live, by name. Control thread.
final class DummyDevices {
  private var devices: [String: DummyInterface] = [:]
  /// The simulated datapath has a device of its own in OVS, which takes the first address.
  private var made: UInt64 = 1

  subscript(name: String) -> DummyInterface? { devices[name] }
  /// In the order of their names.
  var all: [DummyInterface] { devices.sorted { $0.key < $1.key }.map(\.value) }

  func add(_ device: DummyInterface) { devices[device.name] = device }

  func remove(_ device: DummyInterface) {
    if devices[device.name] === device { devices[device.name] = nil }
  }

  /// The address of the next device: they count up in the order they are made.
  func nextAddress() -> EthernetAddress {
    defer { made &+= 1 }
    return EthernetAddress(0xaa55_aa55_0000 | made & 0xffff)
  }
}
