import CDPDKShim
import Datapath
import Interfaces
import Runtime

/// An ethdev that belongs to the bench: attached, set up and started by `init`, removed by `close`.
final class BenchPort {
  /// As the user wrote it.
  let name: String
  let id: UInt16
  let pool: OpaquePointer
  let receiveQueues: Int

  private static let descriptors: UInt16 = 1024

  /// - Parameter longest: bytes of the longest frame.
  /// - Throws: `TextError`, which says what to do.
  init(_ name: String, receiveQueues: Int, sendQueues: Int, longest: Int) throws {
    self.name = name
    var port: UInt16 = 0
    let status = DPDKLog.shared.collecting { pb_ethdev_attach(name, &port) }
    guard status == 0 else { throw BenchPort.cannotOpen(name, status) }
    id = port
    self.receiveQueues = receiveQueues
    do {
      pool = try BenchPort.start(
        name, port, receiveQueues: receiveQueues, sendQueues: sendQueues, longest: longest)
    } catch {
      pb_ethdev_detach(port)
      throw error
    }
  }

  func close() { pb_ethdev_detach(id) }

  private static func start(
    _ name: String, _ port: UInt16, receiveQueues: Int, sendQueues: Int, longest: Int
  ) throws -> OpaquePointer {
    var info = pb_ethdev_info()
    try check(name, "read", pb_ethdev_info(port, &info))
    let mtu = UInt16(max(1500, longest - 14))
    guard info.max_mtu == 0 || mtu <= max(info.max_mtu, 1500) else {
      throw TextError(
        "\(name): frames of \(longest + 4) bytes are too long for this device "
          + "(its MTU is at most \(info.max_mtu))")
    }
    var setup = pb_ethdev_setup(
      rx_queues: UInt16(receiveQueues), tx_queues: UInt16(sendQueues),
      rx_descriptors: descriptors, tx_descriptors: descriptors, mtu: mtu, tx_offloads: 0,
      link_interrupts: 0, rx_checksum: 0)
    try check(name, "set up", pb_ethdev_adjust(port, &setup))
    guard Int(setup.rx_queues) == receiveQueues, Int(setup.tx_queues) == sendQueues else {
      throw TextError(
        "\(name): the device has \(info.max_rx_queues) receive and "
          + "\(info.max_tx_queues) send queues: give fewer --cores")
    }
    let pool = try makePool(name, setup, receiveQueues + sendQueues)
    try check(name, "start", pb_ethdev_start(port, &setup, pool))
    return pool
  }

  private static func makePool(_ name: String, _ setup: pb_ethdev_setup, _ queues: Int) throws
    -> OpaquePointer
  {
    // As many again are under way behind the port, when it keeps our buffers (net_ring).
    let buffers =
      2
      * (Int(setup.rx_queues) * Int(setup.rx_descriptors)
        + Int(setup.tx_queues) * Int(setup.tx_descriptors)) + 1024
      + KeptBuffers.count(name)
    do {
      // Templates are copied in blocks of 64 bytes.
      return try MempoolRegistry.shared.pool(bufferSize: Int(setup.mtu) + 128, count: buffers)
    } catch {
      throw TextError(
        "\(name): no memory for \(buffers) packet buffers (\(error)); "
          + "reserve more huge pages (vm.nr_hugepages), or ask for more memory: --eal \"-m 1024\"")
    }
  }

  private static func check(_ name: String, _ step: String, _ status: Int32) throws {
    if status != 0 {
      throw TextError(
        "\(name): could not \(step) the device: \(errorText(-status))"
          + DPDKLog.shared.suffix)
    }
  }

  private static func cannotOpen(_ name: String, _ status: Int32) -> TextError {
    let advice =
      isPCI(name)
      ? "is the device bound to a driver of DPDK (dpdk-devbind.py --status; "
        + "--bind=vfio-pci), and are you root?"
      : "a virtual device is written like net_memif0,role=server,id=0 or net_null0 or "
        + "net_virtio_user0,path=FILE,server=1 or net_af_packet0,iface=NAME"
    return TextError(
      "cannot open port \(name): \(errorText(-status))\(DPDKLog.shared.suffix)\n\(advice)")
  }

  /// Whether this names a device of the PCI bus: 0000:3b:00.0 or 3b:00.0, and arguments.
  static func isPCI(_ name: String) -> Bool {
    let device = name.split(separator: ",").first ?? ""
    let parts = device.split(separator: ":")
    return (2...3).contains(parts.count) && device.contains(".")
      && device.allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
  }

  /// Receive queues that a port needs at least. The other side of a memif sends by a queue for each of its
  /// workers. As the server we must be ready for all of them; as the client we must not have more than the
  /// server has, or it refuses us.
  static func leastReceiveQueues(_ name: String) -> Int {
    name.contains("_memif") && name.split(separator: ",").contains("role=server") ? 8 : 1
  }

  // MARK: State

  var isUp: Bool {
    var link = pb_ethdev_link()
    return pb_ethdev_link(id, &link) == 0 && link.up != 0
  }

  /// Packets that the device had no room for because nobody took them in time.
  var missed: UInt64 {
    var errors = pb_ethdev_errors()
    return pb_ethdev_errors(id, &errors) == 0 ? errors.rx_missed + errors.rx_no_buffer : 0
  }

  /// Throws away a burst of each queue. No lane receives meanwhile.
  func discard() {
    var packets = [OpaquePointer?](repeating: nil, count: Generator.burst)
    for queue in 0..<receiveQueues {
      let count = pb_rx_burst(id, UInt16(queue), &packets, UInt16(packets.count))
      pb_mbuf_free_bulk(&packets, UInt32(count))
    }
  }

  /// Sends a frame of a local experiment's type from one address to another, so that a switch learns
  /// where `source` is and does not flood.
  func announce(_ source: UInt64, to destination: UInt64) {
    guard let packet = pb_mbuf_alloc(pool), let data = pb_mbuf_data(packet) else { return }
    pb_mbuf_set_length(packet, 60)
    for i in 0..<60 { data[i] = 0 }
    for i in 0..<6 {
      data[i] = UInt8(truncatingIfNeeded: destination >> UInt64(40 - 8 * i))
      data[6 + i] = UInt8(truncatingIfNeeded: source >> UInt64(40 - 8 * i))
    }
    (data[12], data[13]) = (0x88, 0xb5)
    var list: OpaquePointer? = packet
    if pb_tx_burst(id, 0, &list, 1) == 0 { pb_mbuf_free(packet) }
  }
}
