import CDPDKShim
import Datapath
import Fields
import Glibc
import Runtime

let dpdkPortLog = Log("netdev_dpdk")

let dpdkType = InterfaceType(
  name: "dpdk", isAvailable: { _ in DPDK.isEnabled },
  make: {
    try DPDKInterface(
      $0, among: $1.ethdevs, transmitQueues: $1.transmitQueues, offloads: $1.vhostDefaults.offloads)
  })

/// A device that DPDK drives: a NIC by its PCI address, or a virtual device by a device string
/// (`options:dpdk-devargs`). It is attached when the interface is made and removed when it is
/// destroyed, at run time; a failure is this interface's alone.
///
/// Queues, rings and MTU cannot change while workers poll: `configure` then refuses, and the owner
/// makes the interface anew.
final class DPDKInterface: InterfaceDevice {
  let name: String
  let typeName = "dpdk"
  let lendsAddress = true
  private let asked: EthdevSettings
  private var live: LiveSettings
  private let port: UInt16
  private var info = pb_ethdev_info()
  private var setup = pb_ethdev_setup()
  private let requestedTxQueues: UInt16
  private let wantsOffloads: Bool
  private var pool: OpaquePointer?
  private var promisedBuffers = 0
  private let devices: Ethdevs
  private var lastLinkUp = false
  private var linkResets = 0
  private var isUp = true
  private var lostItsDevice = false

  init(
    _ request: InterfaceRequest, among devices: Ethdevs, transmitQueues: Int, offloads: Bool
  ) throws {
    wantsOffloads = offloads
    name = request.name
    asked = EthdevSettings(request)
    live = LiveSettings(request.options)
    self.devices = devices
    requestedTxQueues = UInt16(clamping: max(1, transmitQueues))
    port = try DPDKInterface.attach(name, asked.deviceArguments, among: devices)
    devices.add(self, port: port)
    do { try start() } catch {
      destroy()
      throw error
    }
    lastLinkUp = link.up != 0
  }

  private static func attach(_ name: String, _ arguments: String, among devices: Ethdevs) throws
    -> UInt16
  {
    guard !arguments.isEmpty else {
      throw TextError(
        "'\(name)' is missing 'options:dpdk-devargs'. "
          + "The old 'dpdk<port_id>' names are not supported")
    }
    guard !devices.cards.isTaken(arguments) else {
      throw TextError(
        "\(name): device '\(arguments)' was unplugged, or taken from its driver; the port works again "
          + "when it is bound to vfio-pci again (patchbay-bind-nic)")
    }
    var port: UInt16 = 0
    guard pb_ethdev_attach(arguments, &port) == 0 else {
      devices.cards.failed(name, arguments)
      dpdkPortLog.warn("Error attaching device '\(arguments)' to DPDK")
      throw TextError("Error attaching device '\(arguments)' to DPDK")
    }
    if let owner = devices.owner(of: port) {
      throw TextError(
        "'\(name)' is trying to use device '\(arguments)' which is already in use by "
          + "'\(owner.name)'")
    }
    devices.cards.attached(name)
    dpdkPortLog.info("Device '\(arguments)' attached to DPDK")
    return port
  }

  private func start() throws {
    try check(pb_ethdev_info(port, &info), "read")
    setup.rx_queues = UInt16(clamping: asked.rxQueues)
    setup.tx_queues = requestedTxQueues
    setup.rx_descriptors = UInt16(clamping: asked.rxDescriptors)
    setup.tx_descriptors = UInt16(clamping: asked.txDescriptors)
    setup.mtu = acceptableMTU
    setup.tx_offloads = wantsOffloads ? .max : 0
    setup.rx_checksum = 1
    setup.link_interrupts = asked.linkInterrupts ? 1 : 0
    try check(pb_ethdev_adjust(port, &setup), "set up")
    if asked.linkInterrupts && setup.link_interrupts == 0 {
      dpdkPortLog.warn(
        "Interface \(name): the driver tells of no link changes (dpdk-lsc-interrupt): polling")
    }
    try reserveBuffers()
    try check(pb_ethdev_start(port, &setup, pool), "start")
    applyLiveSettings()
    dpdkPortLog.info(
      "Port \(port): \(hardwareAddress), \(setup.rx_queues) rx queues, \(setup.tx_queues) tx queues"
    )
  }

  private func applyLiveSettings() {
    let complaints = live.apply(to: port, name, isRepresentor: info.is_representor != 0)
    for complaint in complaints { dpdkPortLog.warn(complaint) }
    // Its address may be another now.
    _ = pb_ethdev_info(port, &info)
  }

  private func reserveBuffers() throws {
    let buffers =
      Int(setup.rx_queues) * Int(setup.rx_descriptors)
      + Int(setup.tx_queues) * Int(setup.tx_descriptors) + 1024
      + KeptBuffers.count(asked.deviceArguments)
    do {
      pool = try MempoolRegistry.shared.pool(
        bufferSize: PoolModel.room(mtu: Int(setup.mtu)), count: buffers,
        node: info.numa_node < 0 ? nil : Int(info.numa_node), owner: name)
      promisedBuffers = buffers
    } catch {
      let text = "\(name): no memory for \(buffers) packet buffers: \(error)"
      dpdkPortLog.err("\(text)")
      throw TextError(text)
    }
  }

  private var acceptableMTU: UInt16 {
    let mtu = UInt16(clamping: max(asked.mtu, Int(info.min_mtu)))
    guard info.max_mtu != 0, mtu > info.max_mtu else { return mtu }
    dpdkPortLog.warn("Interface \(name): MTU \(asked.mtu) is too large, using \(info.max_mtu)")
    return info.max_mtu
  }

  private func check(_ result: Int32, _ step: String) throws {
    guard result != 0 else { return }
    throw TextError(
      "\(name): could not \(step) device '\(asked.deviceArguments)' (\(errorText(-result)))")
  }

  var source: PacketSource? {
    .ethdev(
      EthdevPort(
        id: port, receiveQueues: setup.rx_queues, transmitQueues: setup.tx_queues,
        numaNode: Int(info.numa_node), offloads: Offloads(ethdev: setup.tx_offloads)))
  }

  func configure(_ request: InterfaceRequest) throws {
    guard EthdevSettings(request) == asked, !lostItsDevice else {
      throw TextError("\(name): device must be set up again")
    }
    let wanted = LiveSettings(request.options)
    guard wanted != live else { return }
    live = wanted
    applyLiveSettings()
  }

  func setUp(_ up: Bool) {
    isUp = up
    if pb_ethdev_set_link(port, up ? 1 : 0) == -ENOTSUP {
      dpdkPortLog.info("Interface \(name) does not support link state configuration")
    }
  }

  var bufferPoolText: String? { pool.flatMap { DPDKText.pool($0) } }

  // MARK: State

  /// DPDK's name of the device: a PCI address, or a virtual device's driver and number.
  var deviceName: String { text(of: info.device) }

  /// The kernel wants the device back and waits until we let go of it.
  func isTaken() {
    dpdkPortLog.warn("Interface \(name): device '\(asked.deviceArguments)' is being unplugged")
    lostItsDevice = true
    devices.cards.taken(name, asked.deviceArguments)
  }

  private var link: pb_ethdev_link {
    var link = pb_ethdev_link()
    _ = pb_ethdev_link(port, &link)
    return link
  }

  /// Whether the link came or went since this was asked last.
  func linkChanged() -> Bool {
    let up = link.up != 0
    guard up != lastLinkUp else { return false }
    lastLinkUp = up
    linkResets += 1
    return true
  }

  private var hardwareAddress: EthernetAddress {
    withUnsafeBytes(of: info.address) { bytes in
      EthernetAddress(bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
  }

  var configurationText: String {
    let values: [(String, any CustomStringConvertible)] = [
      ("configured_rx_queues", setup.rx_queues),
      ("configured_rxq_descriptors", setup.rx_descriptors),
      ("configured_tx_queues", setup.tx_queues),
      ("configured_txq_descriptors", setup.tx_descriptors),
      ("lsc_interrupt_mode", setup.link_interrupts != 0),
      ("mtu", setup.mtu), ("requested_rx_queues", asked.rxQueues),
      ("requested_rxq_descriptors", asked.rxDescriptors),
      ("requested_tx_queues", requestedTxQueues),
      ("requested_txq_descriptors", asked.txDescriptors),
      ("rx_csum_offload", setup.rx_checksum != 0),
      ("tx_tso_offload", UInt32(setup.tx_offloads) & PB_TX_TCP_SEGMENTS != 0),
    ]
    return values.map { "\($0)=\($1)" }.joined(separator: ", ")
  }

  var status: InterfaceStatus {
    let link = self.link
    var s = InterfaceStatus()
    s.macAddress = hardwareAddress
    s.ifindex = StableIndex.of(name)
    s.mtu = Int(setup.mtu)
    s.adminUp = isUp
    s.linkUp = link.up != 0
    if link.megabits != .max && link.megabits > 0 {
      s.linkSpeed = Int64(link.megabits) * 1_000_000
      s.fullDuplex = link.full_duplex != 0
    }
    s.linkResets = linkResets
    s.status = statusColumn(link)
    return s
  }

  private func statusColumn(_ link: pb_ethdev_link) -> [String: String] {
    let more = text(of: info.bus_info)
    var ours = Offloads(ethdev: setup.tx_offloads).texts("tx")
    ours["flow_control"] = LiveSettings.flowControlText(port)
    return [
      "port_no": "\(port)", "numa_id": "\(info.numa_node)", "driver_name": text(of: info.driver),
      "bus_info": "bus_name=\(text(of: info.bus))" + (more.isEmpty ? "" : ", \(more)"),
      "min_rx_bufsize": "\(info.min_rx_buffer)", "max_rx_pktlen": "\(Int(setup.mtu) + 18)",
      "max_rx_queues": "\(info.max_rx_queues)", "max_tx_queues": "\(info.max_tx_queues)",
      "max_mac_addrs": "\(info.max_mac_addresses)",
      "max_hash_mac_addrs": "\(info.max_hash_addresses)", "max_vfs": "\(info.max_vfs)",
      "max_vmdq_pools": "\(info.max_vmdq_pools)", "if_type": "6",
      "if_descr": "\(DPDK.version) \(text(of: info.driver))",
      "link_speed": LinkSpeedText.format(link.megabits),
    ].merging(ours) { a, _ in a }
  }

  private func text<T>(of bytes: T) -> String {
    withUnsafeBytes(of: bytes) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  // MARK: Statistics

  func statistics(_ counters: PortCounters) -> [String: Int64] {
    var errors = pb_ethdev_errors()
    _ = pb_ethdev_errors(port, &errors)
    var values = ExtendedStatistics.read(port)
    values["rx_packets"] = counters.rxPackets
    values["rx_bytes"] = counters.rxBytes
    values["tx_packets"] = counters.txPackets
    values["tx_bytes"] = counters.txBytes
    values["rx_dropped"] = counters.rxDropped &+ errors.rx_no_buffer
    values["rx_errors"] = errors.rx_errors
    values["rx_missed_errors"] = errors.rx_missed
    values["tx_errors"] = errors.tx_errors
    values["tx_dropped"] = counters.txDropped
    values["ovs_tx_failure_drops"] = counters[.txQueueFull]
    values["ovs_tx_mtu_exceeded_drops"] = counters[.txTooLong]
    values["ovs_rx_qos_drops"] = 0
    values["ovs_tx_qos_drops"] = 0
    values["ovs_tx_invalid_hwol_drops"] = counters[.txInvalidOffload]
    values["tx_software_segmented"] = counters.segmented
    values["tx_software_checksums"] = counters.checksums
    return values.mapValues { Int64(clamping: $0) }
  }

  func destroy() {
    pb_ethdev_detach(port)
    devices.remove(port: port)
    if let pool { MempoolRegistry.shared.giveBack(pool, count: promisedBuffers) }
    pool = nil
  }
}
