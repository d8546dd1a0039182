/// The ethdevs that interfaces use: a device belongs to one interface at a time. Control thread.
final class Ethdevs {
  private var owners: [UInt16: DPDKInterface] = [:]

  /// In the order of DPDK's port ids.
  var all: [DPDKInterface] { owners.sorted { $0.key < $1.key }.map(\.value) }

  func owner(of port: UInt16) -> DPDKInterface? { owners[port] }
  func add(_ device: DPDKInterface, port: UInt16) { owners[port] = device }
  func remove(port: UInt16) { owners[port] = nil }
}
