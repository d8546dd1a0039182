import Datapath
import Fields
import Runtime

let tapType = InterfaceType(name: "tap") { request, _ in try TapInterface(request) }

/// A tap of the kernel that bears the interface's name. The switch makes it, or takes over one of
/// that name that an earlier process left, with its addresses and routes; deleting the port deletes
/// it. Ports of type internal are taps too.
///
/// A tap may be moved to another network namespace, and taps of containers are. The kernel then says
/// that it is gone from ours, but its packets come and go as before: the port stays, and its row
/// shows what can still be told.
final class TapInterface: InterfaceDevice {
  let typeName = "tap"
  /// A bridge must not take its address from its internal ports.
  let lendsAddress: Bool
  private let tap: UnsafeMutablePointer<TapDevice>
  private let port: KernelPort

  init(_ request: InterfaceRequest) throws {
    lendsAddress = request.type != "internal"
    guard request.name.utf8.count < 16 else {
      throw TextError.cannotOpen(request.name, "File name too long")
    }
    do {
      tap = try TapDevice.open(name: request.name)
    } catch {
      throw TextError.cannotOpen(request.name, errorText(error.code))
    }
    OpenTaps.add(tap.pointee.pollDescriptor)
    do {
      port = try KernelPort(
        KernelDevice(request.name, tap: tap.pointee.pollDescriptor), isOurEnd: true)
    } catch {
      OpenTaps.remove(tap.pointee.pollDescriptor)
      TapDevice.destroy(tap, removing: true)
      throw TextError.cannotOpen(request.name, error.text)
    }
    do { try configure(request) } catch {
      destroy()
      throw error
    }
  }

  var source: PacketSource? { .tap(tap) }
  var status: InterfaceStatus {
    var s = port.status
    if s.ifindex == nil, let address = tap.pointee.address {
      s.macAddress = EthernetAddress(address)
      s.adminUp = true
      s.linkUp = true
    }
    return s
  }

  func configure(_ request: InterfaceRequest) throws {
    // Elsewhere, its settings are the other namespace's business.
    if !port.isHere && tap.pointee.address != nil { return }
    try port.configure(request)
    guard request.type == "internal", let mac = request.macAddress else { return }
    guard let address = EthernetAddress(mac) else { return }
    if address.isMulticast {
      log.err("interface \(request.name): cannot set MAC to multicast address")
    } else {
      port.setAddress(address)
    }
  }

  func setAddress(_ address: EthernetAddress) { port.setAddress(address) }

  func setUp(_ up: Bool) { port.setUp(up) }

  func statistics(_ counters: PortCounters) -> [String: Int64] {
    let lost = tap.pointee.rxTooLong &+ tap.pointee.rxNoBuffer
    var counters = counters
    // The kernel counts what it refuses, too.
    let full = DropReason.txQueueFull.rawValue
    counters.drops[full] -= min(counters.drops[full], tap.pointee.txRefused)
    return port.statistics(counters, lost: lost, malformed: tap.pointee.rxMalformed)
  }

  func destroy() {
    OpenTaps.remove(tap.pointee.pollDescriptor)
    TapDevice.destroy(tap, removing: true)
  }
}
