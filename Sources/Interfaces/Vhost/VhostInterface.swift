import Datapath
import Fields
import Glibc
import Runtime

let vhostLog = Log("netdev_dpdk")

/// A guest's network card: types dpdkvhostuser and dpdkvhostuserclient, which differ in who makes the
/// socket. The port exists from the beginning, and its row says what it waits for; guests come, go,
/// reboot and die as they like.
///
/// A client looks for its peer's socket every `VhostClients.interval`. A server finds a socket that a
/// killed switch left and replaces it; it replaces nothing that somebody uses, and no other file.
///
/// Threads: the control thread. What librte_vhost's thread tells comes over as a change of the device.
final class VhostInterface: InterfaceDevice {
  let name: String
  let typeName: String
  let lendsAddress = false
  private var asked: VhostSettings
  private let isClient: Bool
  private let port: VhostPort
  private unowned let factory: InterfaceFactory
  private var isUp = true
  private var condition: VhostCondition
  /// The socket that a server made.
  private var socketFile: SocketFile?
  private var since = Clock.shared.wallMilliseconds
  private var wasRunning = false
  private var linkResets = 0

  init(_ request: InterfaceRequest, isClient: Bool, _ factory: InterfaceFactory) throws {
    name = request.name
    typeName = request.type
    self.isClient = isClient
    self.factory = factory
    asked = try VhostSettings(request, isClient: isClient, factory.vhostDefaults)
    port = VhostPort(asked.setup)
    condition = isClient ? (asked.setup.path.isEmpty ? .noPath : .noSocket) : .noGuest
    port.setRetries(asked.retries)
    do { try port.setFrameLength(asked.bufferSize) } catch {
      throw TextError("\(name): no memory for packet buffers: \(error)")
    }
    port.onEvent = { [weak factory, name, path = asked.setup.path] event in
      VhostInterface.write(event, path)
      factory?.tellChange(name)
    }
    if isClient { try startClient() } else { try listen() }
    lookAgain()
  }

  private func startClient() throws {
    guard !asked.setup.path.isEmpty else { return }
    if let owner = factory.vhostClients.owner(ofPath: asked.setup.path) {
      throw TextError("\(name): socket \(asked.setup.path) is already in use by '\(owner.name)'")
    }
    factory.vhostClients.add(self)
    vhostLog.info(
      "vHost User device '\(name)' created in 'client' mode, using client socket "
        + "'\(asked.setup.path)'")
    tryToConnect()
  }

  private func listen() throws {
    let path = asked.setup.path
    switch VhostPort.probe(path) {
    case nil: throw TextError("\(name): socket \(path) is in use by another program")
    case ENOENT?: break
    case ECONNREFUSED?:
      vhostLog.info("\(name): replacing socket \(path), which nobody has any more")
      unlink(path)
    case ENOTSOCK?: throw TextError("\(name): \(path) is not a socket, and is not replaced")
    case let error?: throw TextError("\(name): socket \(path) cannot be made: \(errorText(error))")
    }
    do { try port.listen() } catch let error as EALError {
      throw TextError("\(name): socket \(path) cannot be made: \(errorText(error.code))")
    }
    socketFile = SocketFile(at: path)
    ExitHooks.unlinkAtExit(path)
    vhostLog.info("Socket \(path) created for vhost-user port \(name)")
  }

  var bufferPoolText: String? { port.buffers.map { DPDKText.pool($0) } }

  // MARK: Connection

  var path: String { asked.setup.path }

  /// Whether a client has nobody to talk to.
  var isAlone: Bool { !port.isConnected }

  /// Connects if somebody is there.
  func tryToConnect() {
    guard isAlone else { return }
    let error = VhostPort.probe(path) ?? port.connect()
    if error != 0 { becomes(VhostCondition(probe: error)) }
  }

  /// Finds out how the port is now.
  private func lookAgain() {
    let isRunning = port.isRunning
    if wasRunning != isRunning && !isRunning { linkResets += 1 }
    wasRunning = isRunning
    if isRunning {
      becomes(port.rings.contains(true) ? .running : .noQueues)
    } else if port.isConnected {
      becomes(.noDriver)
    } else if !isClient {
      becomes(serverCondition())
    } else if [.running, .noQueues, .noDriver].contains(condition) {
      becomes(VhostPort.probe(path).map { VhostCondition(probe: $0) } ?? .abandoned)
    }
  }

  /// How a server without a guest is. A socket that somebody has removed is made again.
  private func serverCondition() -> VhostCondition {
    guard let file = SocketFile(at: path) else {
      closePort()
      do { try listen() } catch { return .unreachable("\(error)") }
      return .noGuest
    }
    return file == socketFile ? .noGuest : .replaced
  }

  /// librte_vhost removes whatever has the name of its socket.
  private func closePort() {
    if isClient { return port.close() }
    ExitHooks.keepFile(path)
    if let file = SocketFile(at: path), file != socketFile {
      SocketFile.keeping(path) { port.close() }
    } else {
      port.close()
    }
  }

  private func becomes(_ new: VhostCondition) {
    guard new != condition else { return }
    condition = new
    since = Clock.shared.wallMilliseconds
    factory.tellChange(name)
  }

  /// OVS's lines for what a guest does.
  private static func write(_ event: VhostPort.Event, _ path: String) {
    switch event {
    case .connected: break
    case .disconnected: vhostLog.info("vHost Device '\(path)' connection has been destroyed")
    case .started(let node):
      vhostLog.info("vHost Device '\(path)' has been added on numa node \(node)")
    case .stopped: vhostLog.info("vHost Device '\(path)' has been removed")
    case .ring(let ring, let isOn):
      vhostLog.info(
        "State of queue \(ring) ( \(ring % 2 == 0 ? "tx" : "rx")_qid \(ring / 2) ) of vhost device "
          + "'\(path)' changed to '\(isOn ? "enabled" : "disabled")'")
    }
  }

  // MARK: InterfaceDevice

  var source: PacketSource? { .vhost(port) }
  var maximumFrameLength: Int { asked.mtu + 18 }
  var bufferSize: Int { asked.bufferSize }

  func configure(_ request: InterfaceRequest) throws {
    let new = try VhostSettings(request, isClient: isClient, factory.vhostDefaults)
    // Defaults of the switch are for ports that come later.
    var setup = new.setup
    (setup.iommu, setup.postcopy) = (asked.setup.iommu, asked.setup.postcopy)
    setup.offloads = asked.setup.offloads
    if !isClient { setup.path = asked.setup.path }
    guard setup == asked.setup else { throw TextError("\(name): device must be set up again") }
    if new.retries != asked.retries {
      port.setRetries(new.retries)
      vhostLog.info("Max Tx retries for vhost device '\(name)' set to \(new.retries)")
    }
    if new.bufferSize != asked.bufferSize {
      do { try port.setFrameLength(new.bufferSize) } catch {
        vhostLog.warn("\(name): no memory for buffers for an MTU of \(new.mtu) (\(error))")
        asked.retries = new.retries
        return
      }
    }
    (asked.retries, asked.mtu) = (new.retries, new.mtu)
    lookAgain()
  }

  func setUp(_ up: Bool) {
    isUp = up
    port.setUp(up)
  }

  var configurationText: String {
    let queues = port.receiveQueues
    return [
      "configured_rx_queues=\(queues)", "configured_tx_queues=\(queues)", "mtu=\(asked.mtu)",
      "requested_rx_queues=\(queues)", "requested_tx_queues=\(queues)",
    ].joined(separator: ", ")
  }

  var trouble: String? {
    condition.isTrouble ? condition.reason(path: path).map { "\(name): \($0)" } : nil
  }

  var status: InterfaceStatus {
    lookAgain()
    var s = InterfaceStatus()
    s.macAddress = .zero
    s.ifindex = StableIndex.of(name)
    s.mtu = asked.mtu
    s.adminUp = isUp
    s.linkUp = wasRunning
    s.linkResets = linkResets
    s.status = ["mode": isClient ? "client" : "server"]
    if let reason = condition.reason(path: path) {
      s.status["reason"] = condition == .noPath ? reason : "\(reason) since \(Self.utc(since))"
    }
    describeGuest(&s.status)
    return s
  }

  private func describeGuest(_ status: inout [String: String]) {
    guard let guest = port.description else {
      status["status"] = "disconnected"
      return
    }
    status["status"] = "connected"
    status["socket"] = path
    status["features"] = formatted("0x%016llx", guest.features)
    status["num_of_vrings"] = "\(guest.ringSizes.count)"
    if guest.numaNode >= 0 { status["numa"] = "\(guest.numaNode)" }
    status.merge(guest.takes.texts("tx")) { a, _ in a }
    status.merge(guest.leaves.texts("rx")) { a, _ in a }
    if let mtu = guest.mtu { status["mtu"] = "\(mtu)" }
    for (ring, size) in guest.ringSizes.enumerated() { status["vring_\(ring)_size"] = "\(size)" }
  }

  private static func utc(_ milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return formatted(
      "%04d-%02d-%02dT%02d:%02d:%02dZ", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
      parts.tm_hour, parts.tm_min, parts.tm_sec)
  }

  func statistics(_ counters: PortCounters) -> [String: Int64] {
    var values = VhostStatistics.read(port)
    values["rx_packets"] = counters.rxPackets
    values["rx_bytes"] = counters.rxBytes
    values["tx_packets"] = counters.txPackets
    values["tx_bytes"] = counters.txBytes
    values["rx_dropped"] = counters.rxDropped
    values["tx_dropped"] = counters.txDropped
    values["ovs_tx_retries"] = counters.txRetries
    values["ovs_tx_failure_drops"] = counters[.txQueueFull]
    values["ovs_tx_mtu_exceeded_drops"] = counters[.txTooLong]
    values["tx_guest_down_drops"] = counters[.txGuestDown]
    values["ovs_rx_qos_drops"] = 0
    values["ovs_tx_qos_drops"] = 0
    values["ovs_tx_invalid_hwol_drops"] = counters[.txInvalidOffload]
    values["tx_software_segmented"] = counters.segmented
    values["tx_software_checksums"] = counters.checksums
    values["tx_software_merged"] = counters.merged
    return values.mapValues { Int64(clamping: $0) }
  }

  func destroy() {
    factory.vhostClients.remove(self)
    closePort()
  }
}
