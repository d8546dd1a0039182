import Datapath
import Fields
import Runtime

let systemType = InterfaceType(name: "system") { request, _ in try SystemInterface(request) }

/// A network device that the kernel has anyway, by its name: a NIC, one end of a veth pair. The
/// switch borrows its packets and leaves its state alone but for an MTU that the row asks for.
final class SystemInterface: InterfaceDevice {
  let typeName = "system"
  let lendsAddress = true
  private let socket: UnsafeMutablePointer<PacketSocketDevice>
  private let port: KernelPort
  private var ringDrops: UInt64 = 0

  init(_ request: InterfaceRequest) throws {
    do {
      port = try KernelPort(KernelDevice(request.name), isOurEnd: false)
    } catch {
      throw TextError.cannotOpen(request.name, error.text)
    }
    do {
      socket = try PacketSocketDevice.open(interfaceIndex: Int32(clamping: port.ifindex))
    } catch {
      throw TextError.cannotOpen(request.name, errorText(error.code))
    }
    do { try configure(request) } catch {
      destroy()
      throw error
    }
  }

  var source: PacketSource? { .packetSocket(socket) }
  var status: InterfaceStatus { port.status }

  func configure(_ request: InterfaceRequest) throws { try port.configure(request) }

  func setUp(_ up: Bool) { port.setUp(up) }

  func statistics(_ counters: PortCounters) -> [String: Int64] {
    ringDrops &+= socket.pointee.takeKernelDrops()
    let device = socket.pointee
    return port.statistics(
      counters, lost: device.rxTooLong &+ device.rxNoBuffer &+ ringDrops,
      malformed: device.rxMalformed)
  }

  func destroy() { PacketSocketDevice.destroy(socket) }
}
