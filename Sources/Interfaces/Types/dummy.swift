import Datapath
import Fields
import Runtime

let dummyType = InterfaceType(
  name: "dummy", isAvailable: { $0.dummyEnabled },
  make: { try DummyInterface($0, typeName: "dummy", among: $1.dummies) })

/// A simulated device: control commands put frames in, capture files show what came and went. It
/// needs no kernel, no privileges and no real time, and it also stands in for other types (a bridge's
/// own port in a simulated datapath; everything under `--enable-dummy=override`).
///
/// With a capture file, frames that it sent wait in the datapath's ring until `writeCaptures`;
/// without, they are only counted. A device that shall begin or end to keep them is made anew.
///
/// Threads: the control thread.
final class DummyInterface: InterfaceDevice {
  let name: String
  let typeName: String
  let isDummy = true
  let lendsAddress: Bool
  private(set) var queues = 1
  private var address: EthernetAddress
  private var ifindex = 0
  private var mtu = 1500
  private(set) var adminUp = true
  private let port: DummyPort
  private let keepsSent: Bool
  /// Injected frames that found the ring full.
  private var overflows: Int64 = 0
  private var captures = Captures()
  private let devices: DummyDevices

  /// Capture files, by the options that name them.
  private struct Captures {
    var paths: [String] = []
    var received: PcapWriter?
    var sent: PcapWriter?
  }

  init(_ request: InterfaceRequest, typeName: String, among devices: DummyDevices) throws {
    name = request.name
    self.typeName = typeName
    self.devices = devices
    lendsAddress = request.type != "internal"
    address = devices.nextAddress()
    keepsSent = DummyInterface.capturesSent(request)
    port = try DummyPort(capturing: keepsSent)
    try configure(request)
    devices.add(self)
  }

  var source: PacketSource? { .dummy(port) }

  var configurationText: String {
    let index = ifindex > 0 ? ["ifindex=\(ifindex)"] : []
    guard typeName == "dummy-pmd" else { return index.joined() }
    let configured = ["configured_rx_queues=\(queues)", "configured_tx_queues=1"]
    let requested = ["requested_rx_queues=\(queues)", "requested_tx_queues=1"]
    return (configured + index + requested).joined(separator: ", ")
  }

  private static func capturesSent(_ request: InterfaceRequest) -> Bool {
    !(request.options["pcap"] ?? "").isEmpty || !(request.options["tx_pcap"] ?? "").isEmpty
  }

  func configure(_ request: InterfaceRequest) throws {
    guard DummyInterface.capturesSent(request) == keepsSent else {
      throw TextError("\(name): device must be set up again")
    }
    ifindex = request.options["ifindex"].flatMap(Int.init).map { max(0, $0) } ?? 0
    queues = min(max(request.options["n_rxq"].flatMap(Int.init) ?? 1, 1), 1024)
    mtu = request.mtuRequest ?? 1500
    if request.type == "internal", let mac = request.macAddress.flatMap({ EthernetAddress($0) }) {
      address = mac
    }
    openCaptures(request.options)
  }

  /// `pcap` takes both directions into one file.
  private func openCaptures(_ options: [String: String]) {
    let paths = ["pcap", "rxq_pcap", "tx_pcap"].map { options[$0] ?? "" }
    guard paths != captures.paths else { return }
    captures = Captures(paths: paths)
    if !paths[0].isEmpty {
      captures.received = PcapWriter(path: paths[0])
      captures.sent = captures.received
      return
    }
    if !paths[1].isEmpty { captures.received = PcapWriter(path: paths[1]) }
    if !paths[2].isEmpty { captures.sent = PcapWriter(path: paths[2]) }
  }

  var status: InterfaceStatus {
    var s = InterfaceStatus()
    s.macAddress = address
    s.ifindex = ifindex
    s.mtu = mtu
    s.adminUp = adminUp
    s.linkUp = adminUp
    return s
  }

  let customStatistics = [
    "rx_custom_packets_1", "rx_custom_packets_2", "rx_q0_bytes", "rx_q0_packets", "tx_q0_bytes",
    "tx_q0_packets",
  ]
  let queueNumbers: [UInt32] = [0]

  func setAddress(_ address: EthernetAddress) { self.address = address }

  func setUp(_ up: Bool) { adminUp = up }

  /// Takes a frame in as if it came from the wire.
  func receive(_ frame: [UInt8]) {
    captures.received?.append(frame, milliseconds: Clock.shared.wallMilliseconds)
    if !port.receive(frame) { overflows &+= 1 }
  }

  /// Takes the frames that were sent out of the datapath's ring, into the capture file if there is
  /// one.
  func writeCaptures() {
    for frame in port.takeTransmitted() {
      captures.sent?.append(frame, milliseconds: Clock.shared.wallMilliseconds)
    }
  }

  func statistics(_ counters: PortCounters) -> [String: Int64] {
    let rx = Int64(clamping: counters.rxPackets)
    let rxBytes = Int64(clamping: counters.rxBytes)
    let tx = Int64(clamping: counters.txPackets)
    let txBytes = Int64(clamping: counters.txBytes)
    var s = [
      "rx_packets": rx, "rx_bytes": rxBytes, "tx_packets": tx, "tx_bytes": txBytes,
      "rx_q0_packets": rx, "rx_q0_bytes": rxBytes, "tx_q0_packets": tx, "tx_q0_bytes": txBytes,
      "rx_custom_packets_1": rx, "rx_custom_packets_2": rx,
    ]
    if overflows > 0 { s["rx_dropped"] = overflows }
    return s
  }

  func destroy() {
    writeCaptures()
    captures = Captures()
    devices.remove(self)
  }
}
