import Datapath
import Fields
import Glibc
import Interfaces
import OVSDB
import OpenFlow
import Pipeline
import Runtime

let log = Log("bridge")
private let reconfigured = Coverage.counter("bridge_reconfigure")

/// The running switch: bridges and ports as they are, and the one place where a changed database
/// becomes a changed switch.
///
/// `Switch` holds the state; `Configuration` (this folder) connects it to the database, `Apply` and
/// `Report` do the work. Invariants: an interface in `bridges` has a device that works; one that does
/// not is only in `failures`, with the text that its row's `error` shows. `ovs-vsctl` is let go
/// (`cur_cfg`) only when no cached flow disagrees with the new state.
///
/// Threads: all of it belongs to the control thread.
public final class Switch {
  public let datapath: Datapath
  public let pipeline: Pipeline
  public let interfaces: InterfaceFactory
  public private(set) var bridges: [String: RunningBridge] = [:]
  /// Why interfaces do not work, by the uuid of their rows.
  public internal(set) var failures: [UUID: String] = [:]
  /// Called when a bridge came or is about to go: OpenFlow listens per bridge.
  public var onBridgeAdded: ((RunningBridge) -> Void)?
  public var onBridgeRemoved: ((RunningBridge) -> Void)?
  /// Called when all of a configuration is applied: OpenFlow services follow it.
  public var onApplied: ((DesiredSwitch) -> Void)?
  /// How a bridge's controllers are, by target.
  public var controllerStatus: (RunningBridge) -> [String: ControllerStatus] = { _ in [:] }
  /// Drop and remake a bridge's OpenFlow connections.
  public var onReconnect: ((RunningBridge) -> Void)?
  /// Counts for `memory/show` that others keep.
  public var memoryUsage: () -> [String: Int] = { [:] }

  /// Columns of the Open_vSwitch row that say who we are, now.
  public var identity: () -> [String: Datum] = { [:] }
  /// Cores of `pmd-cpu-mask`, nil when it is not set.
  var wantedCores: [Int]?
  private var runningCores: [Int] = []
  var pollSettings = PollSettings()
  var restoration = FlowRestoration() {
    didSet { pipeline.setHeld(restoration.isAwaited) }
  }
  /// Suspiciously long rounds of PMD threads.
  public let roundLog = RoundLog()
  /// When the loads of PMD threads were last compared.
  var lastBalance: Int64?

  private var datapathPorts: [PortNumber: RunningPort] = [:]
  private var portNumbers = DatapathPortNumbers()

  public init(datapath: Datapath, pipeline: Pipeline, interfaces: InterfaceFactory) {
    self.datapath = datapath
    self.pipeline = pipeline
    self.interfaces = interfaces
    datapath.onQueuesMoving = { [unowned pipeline] in pipeline.megaflows.follow($0) }
    roundLog.onChange = { [unowned self] in settleWorkerOptions() }
    datapath.onQueuesAssigned = { [unowned self] in logAssignment($0) }
  }

  /// Makes the switch what `wanted` says. Never throws: what cannot be done is in `failures`.
  public func apply(_ wanted: DesiredSwitch) {
    reconfigured.hit()
    let changes = Changes(from: running, to: wanted)
    failures = [:]
    // Queues are assigned once, when all ports are there.
    datapath.defersAssignment = true
    interfaces.transmitQueues = (wantedCores?.count ?? 1) + 1
    changes.removedInterfaces.forEach(removeInterface)
    changes.removedBridges.forEach(removeBridge)
    TapRemoval.wait()
    changes.addedBridges.forEach(addBridge)
    changes.changedBridges.forEach(changeBridge)
    for added in changes.addedInterfaces { addInterface(added.place, added.port, added.interface) }
    for changed in changes.changedInterfaces { changeInterface(changed.place, changed.interface) }
    for changed in changes.changedPorts { changePort(changed.place, changed.port) }
    settleAddresses()
    nameMissingPeers()
    settleQueues()
    settleWorkers()
    datapath.defersAssignment = false
    onApplied?(wanted)
  }

  /// What runs, in the terms of the database.
  private var running: DesiredSwitch {
    var s = DesiredSwitch()
    s.bridges = bridges.values.map { bridge in
      var b = bridge.wanted
      b.ports = bridge.ports.values.map { port in
        var p = port.port
        p.interfaces = [port.wanted]
        return p
      }
      return b
    }
    return s
  }

  // MARK: Bridges

  private func addBridge(_ wanted: DesiredBridge) {
    let address = BridgeAddress(wanted, ports: [], fallback: .zero)
    let bridge = RunningBridge(
      wanted,
      pipeline: pipeline.addBridge(
        wanted.name, datapathID: address.datapathID, settings: wanted.pipelineSettings))
    bridges[wanted.name] = bridge
    onBridgeAdded?(bridge)
  }

  private func changeBridge(_ wanted: DesiredBridge) {
    guard let bridge = bridges[wanted.name] else { return }
    bridge.wanted = wanted
    bridge.pipeline.configure(wanted.pipelineSettings)
  }

  private func removeBridge(_ name: String) {
    guard let bridge = bridges.removeValue(forKey: name) else { return }
    onBridgeRemoved?(bridge)
    pipeline.removeBridge(name)
  }

  // MARK: Interfaces

  private func addInterface(
    _ place: Changes.Place, _ port: DesiredPort, _ wanted: DesiredInterface
  ) {
    guard let bridge = bridges[place.bridge] else { return }
    do {
      try refuseBond(port, wanted)
      let device = try interfaces.make(wanted.request(bridge: bridge))
      do {
        try attach(device, to: bridge, port, wanted)
      } catch {
        device.destroy()
        throw error
      }
    } catch {
      fail(wanted, error)
    }
  }

  private func attach(
    _ device: any InterfaceDevice, to bridge: RunningBridge, _ port: DesiredPort,
    _ wanted: DesiredInterface
  ) throws {
    guard let ofport = takePortNumber(bridge, wanted) else {
      throw TextError("bridge \(bridge.name): no OpenFlow port number is free for \(wanted.name)")
    }
    var number: PortNumber?
    do {
      if let source = device.source {
        number = portNumbers.take(name: wanted.name, byDigits: device.isDummy)
        guard let number else { throw TextError("datapath: no port number is free") }
        try datapath.attach(
          number, name: wanted.name, source: source, bufferSize: device.bufferSize)
        datapath.setMaximumFrameLength(number, device.maximumFrameLength)
      }
    } catch {
      if let number { portNumbers.release(number) }
      bridge.portNumbers.release(ofport)
      throw error
    }
    let running = RunningPort(
      bridge: bridge.name, device: device, ofport: ofport, datapathPort: number, wanted: wanted,
      port: port)
    bridge.ports[wanted.name] = running
    if let number { datapathPorts[number] = running }
    bridge.pipeline.addPort(running.settings)
    log.info("bridge \(bridge.name): added interface \(wanted.name) on port \(ofport)")
  }

  private func takePortNumber(_ bridge: RunningBridge, _ wanted: DesiredInterface) -> UInt16? {
    if wanted.name == bridge.name { return OpenFlowPortNumbers.local }
    return bridge.portNumbers.take(
      requested: wanted.requestedPort,
      previous: wanted.previousPort ?? bridge.formerNumbers[wanted.name])
  }

  private func removeInterface(_ place: Changes.Place) {
    guard let bridge = bridges[place.bridge],
      let port = bridge.ports.removeValue(forKey: place.interface)
    else { return }
    bridge.pipeline.removePort(port.ofport)
    if let number = port.datapathPort {
      datapath.detach(number)
      datapathPorts[number] = nil
      portNumbers.release(number)
    }
    port.device.destroy()
    bridge.portNumbers.release(port.ofport)
    if bridge.formerNumbers.count > 4096 { bridge.formerNumbers = [:] }
    bridge.formerNumbers[port.name] = port.ofport
    log.info("bridge \(bridge.name): deleted interface \(port.name) on port \(port.ofport)")
  }

  /// Configures a device in place; if it refuses, it is destroyed and made again, so that the row
  /// shows why.
  private func changeInterface(_ place: Changes.Place, _ wanted: DesiredInterface) {
    guard let bridge = bridges[place.bridge], let port = bridge.ports[place.interface] else {
      return
    }
    do {
      try port.device.configure(wanted.request(bridge: bridge))
      port.wanted = wanted
      if let number = port.datapathPort {
        datapath.setMaximumFrameLength(number, port.device.maximumFrameLength)
        if port.device.source?.isPolled == true { datapath.receiveQueuesChanged() }
      }
      bridge.pipeline.updatePort(port.settings)
    } catch {
      removeInterface(place)
      TapRemoval.wait()
      addInterface(place, port.port, wanted)
    }
  }

  /// Moves a port to another number of the datapath; to the bridge it stays the same port. False if
  /// the number is not free. For simulations.
  public func renumber(_ port: RunningPort, to number: PortNumber) throws -> Bool {
    guard let bridge = bridges[port.bridge], let source = port.device.source,
      let old = port.datapathPort, portNumbers.take(exactly: number)
    else { return false }
    datapath.detach(old)
    datapathPorts[old] = nil
    portNumbers.release(old)
    do {
      try datapath.attach(
        number, name: port.name, source: source, bufferSize: port.device.bufferSize)
    } catch {
      portNumbers.release(number)
      removeInterface(Changes.Place(bridge: port.bridge, interface: port.name))
      fail(port.wanted, error)
      throw error
    }
    datapath.setMaximumFrameLength(number, port.device.maximumFrameLength)
    let moved = RunningPort(
      bridge: port.bridge, device: port.device, ofport: port.ofport, datapathPort: number,
      wanted: port.wanted, port: port.port)
    bridge.ports[port.name] = moved
    datapathPorts[number] = moved
    bridge.pipeline.updatePort(moved.settings)
    return true
  }

  private func changePort(_ place: Changes.Place, _ wanted: DesiredPort) {
    guard let port = bridges[place.bridge]?.ports[place.interface] else { return }
    port.port = wanted
    bridges[place.bridge]?.pipeline.updatePort(port.settings)
  }

  private func fail(_ wanted: DesiredInterface, _ error: any Error) {
    if let uuid = wanted.uuid { failures[uuid] = "\(error)" }
    log.warn("\(error)")
  }

  private func refuseBond(_ port: DesiredPort, _ wanted: DesiredInterface) throws {
    guard port.interfaces.count > 1, port.interfaces.first?.name != wanted.name else { return }
    throw TextError(
      "port \(port.name): bonds are not supported yet, only the first interface is used")
  }

  // MARK: After the steps

  /// Gives bridges their addresses, which depend on their ports.
  private func settleAddresses() {
    for bridge in bridges.values {
      let others = bridge.ports.values.filter { $0.ofport != OpenFlowPortNumbers.local }
      let lenders = others.filter { $0.device.lendsAddress }
      let local = bridge.ports[bridge.name]
      let chosen = BridgeAddress(
        bridge.wanted, ports: lenders.compactMap(\.device.status.macAddress),
        fallback: local?.device.status.macAddress ?? bridge.fallbackAddress)
      if let local, local.device.status.macAddress != chosen.address {
        local.device.setAddress(chosen.address)
        bridge.pipeline.updatePort(local.settings)
      }
      if bridge.pipeline.datapathID != chosen.datapathID {
        bridge.pipeline.setDatapathID(chosen.datapathID)
      }
    }
  }

  /// A patch port without a usable peer works as far as it goes, and its row says what is missing.
  private func nameMissingPeers() {
    for port in bridges.values.flatMap(\.ports.values) where port.datapathPort == nil {
      guard bridges[port.bridge]?.pipeline.ports[port.ofport]?.peer == nil else { continue }
      guard let uuid = port.wanted.uuid else { continue }
      let peer = port.wanted.options["peer"] ?? ""
      failures[uuid] =
        "No usable peer '\(peer)' exists in '\(Switch.datapathType)' datapath."
    }
  }

  /// PMD threads run only while there is a port that needs one, on the cores of the mask or, without
  /// one, on the last core.
  private func settleWorkers() {
    let isNeeded = datapathPorts.values.contains { port in
      port.device.source?.isPolled ?? false
    }
    let lastCore = max(0, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1)
    let cores = isNeeded ? wantedCores ?? [lastCore] : []
    guard cores != runningCores else { return }
    do {
      try datapath.setPMDCores(cores)
      runningCores = cores
      log.info("PMD threads run on cores \(cores)")
    } catch {
      log.err("PMD threads could not be started: \(error); check pmd-cpu-mask")
    }
  }

  // MARK: Names

  /// The type that the datapath goes by, whatever of its names a Bridge row uses.
  public static let datapathType = "netdev"

  public func port(datapathPort number: PortNumber) -> RunningPort? { datapathPorts[number] }

  /// Ports of the datapath by number.
  var datapathPortsInOrder: [(PortNumber, RunningPort)] {
    datapathPorts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The name of a datapath port, for texts.
  public func portName(_ number: PortNumber) -> String {
    datapathPorts[number]?.name ?? String(number)
  }

  public func port(named name: String) -> RunningPort? {
    bridges.values.lazy.compactMap { $0.ports[name] }.first
  }

  public var allPorts: [RunningPort] { bridges.values.flatMap(\.ports.values) }

  /// Devices changed by themselves (link, address, MTU), or went away: then the port is made again,
  /// which fails until the device is back, and says so.
  func devicesChanged(_ ports: [RunningPort]) {
    guard !ports.isEmpty else { return }
    for port in ports {
      changeInterface(Changes.Place(bridge: port.bridge, interface: port.name), port.wanted)
    }
    settleQueues()
    settleAddresses()
  }

  /// Removes rules whose idle or hard timeout has passed. Every second.
  func expireFlows() {
    guard !restoration.isAwaited else { return }
    for bridge in bridges.values { bridge.pipeline.expireFlows() }
  }

  /// Takes everything down, as `exit --cleanup` does.
  public func removeAll() { apply(DesiredSwitch()) }
}
