import CDPDKShim
import Datapath
import Fields
import Runtime

/// What internal, tap and system ports have in common: a device of the kernel whose state the row
/// shows and whose counters complete the datapath's.
///
/// Packets and bytes are those the datapath counted, so that both ends of a path agree. The kernel's
/// error counters are told from the moment the port was opened: a device may be older than it. A
/// device that was deleted, or replaced by another of its name, shows no ifindex and refuses
/// `configure`, so that its owner makes the port anew.
struct KernelPort {
  let device: KernelDevice
  let ifindex: Int
  /// The kernel sends into the switch what it says it transmits: its view is the reverse of ours.
  let isOurEnd: Bool
  private let start: KernelDevice.Link

  init(_ device: KernelDevice, isOurEnd: Bool) throws(KernelDevice.Failure) {
    start = try device.read()
    self.device = device
    self.isOurEnd = isOurEnd
    ifindex = start.ifindex
  }

  /// What the kernel says now; nil when the device is gone.
  private var link: KernelDevice.Link? {
    guard let link = try? device.read(), link.ifindex == ifindex || device.isOurTap
    else { return nil }
    return link
  }

  /// Whether the device is in our network namespace.
  var isHere: Bool { link != nil }

  var status: InterfaceStatus {
    var s = InterfaceStatus()
    s.linkUp = false
    guard let link else { return s }
    s.macAddress = link.macAddress
    s.ifindex = link.ifindex
    s.mtu = link.mtu
    s.adminUp = link.adminUp
    s.linkUp = link.linkUp
    device.readMode(into: &s)
    s.linkResets = max(0, link.carrierChanges - start.carrierChanges)
    s.status = device.driver
    return s
  }

  /// Applies what a row asks for. A setting that the kernel refuses is logged, as OVS does: the port
  /// works without it.
  func configure(_ request: InterfaceRequest) throws {
    guard let link else { throw TextError.cannotOpen(request.name, "No such device") }
    guard let mtu = request.mtuRequest, mtu != link.mtu else { return }
    do throws(KernelDevice.Failure) { try device.setMTU(mtu) } catch {
      log.warn("\(request.name): could not set MTU \(mtu) (\(error.text))")
    }
  }

  func setAddress(_ address: EthernetAddress) {
    guard address != link?.macAddress else { return }
    do throws(KernelDevice.Failure) { try device.setAddress(address) } catch {
      log.warn("\(device.name): setting MAC failed (\(error.text))")
    }
  }

  func setUp(_ up: Bool) {
    do throws(KernelDevice.Failure) { try device.setUp(up) } catch {
      log.warn("\(device.name): could not be brought \(up ? "up" : "down") (\(error.text))")
    }
  }

  /// - Parameter lost: frames that our end of the device lost before the datapath saw them.
  func statistics(_ counters: PortCounters, lost: UInt64, malformed: UInt64) -> [String: Int64] {
    let now = link?.counters ?? start.counters
    let rx = isOurEnd ? (now.tx_errors, now.tx_dropped) : (now.rx_errors, now.rx_dropped)
    let tx = isOurEnd ? (now.rx_errors, now.rx_dropped) : (now.tx_errors, now.tx_dropped)
    let old = start.counters
    let oldRx = isOurEnd ? (old.tx_errors, old.tx_dropped) : (old.rx_errors, old.rx_dropped)
    let oldTx = isOurEnd ? (old.rx_errors, old.rx_dropped) : (old.tx_errors, old.tx_dropped)
    func since(_ now: UInt64, _ old: UInt64) -> UInt64 { now >= old ? now - old : now }
    let values: [String: UInt64] = [
      "rx_packets": counters.rxPackets, "rx_bytes": counters.rxBytes,
      "tx_packets": counters.txPackets, "tx_bytes": counters.txBytes,
      "rx_errors": since(rx.0, oldRx.0) &+ malformed,
      "rx_dropped": since(rx.1, oldRx.1) &+ lost &+ counters.rxDropped,
      "tx_errors": since(tx.0, oldTx.0),
      "tx_dropped": since(tx.1, oldTx.1) &+ counters.txDropped,
      "collisions": since(now.collisions, old.collisions),
      "rx_crc_err": since(now.rx_crc, old.rx_crc),
      "rx_frame_err": since(now.rx_frame, old.rx_frame),
      "rx_over_err": since(now.rx_over, old.rx_over),
      "rx_missed_errors": since(now.rx_missed, old.rx_missed),
      "rx_multicast_packets": since(now.multicast, old.multicast),
      "tx_software_merged": counters.merged,
    ]
    return values.mapValues { Int64(clamping: $0) }
  }
}
