import Datapath
import Fields
import OpenFlow
import Synchronization

/// A bridge: ports, flow tables, learned addresses. Made by `Pipeline.addBridge`.
///
/// Threads: as `Pipeline` says. All functions that change something belong to the control thread.
public final class Bridge {
  public let name: String
  public internal(set) var datapathID: UInt64
  public private(set) var settings: BridgeSettings
  public let macTable: MACTable
  /// By OpenFlow port number.
  public private(set) var ports: [UInt16: BridgePort] = [:]
  /// Milliseconds, when the bridge was made.
  public let created: Int64
  unowned let pipeline: Pipeline
  /// What tun_metadata fields stand for.
  public internal(set) var tunnelOptions = TunnelOptionTable()
  /// Names this bridge and none before it, for what controllers hand back later.
  let uuid = UInt128.random(in: 1 ... .max)
  /// Whether a connection wants packets that no flow is for: those of OpenFlow 1.0 to 1.2. Read by
  /// translators, and so late that a change concerns only new megaflows.
  let wantsMisses = Atomic<Bool>(false)

  /// Tables 0 to 253, made when first used, and the switch's own.
  var tables = [FlowTable?](repeating: nil, count: Bridge.tableCount + 1) {
    didSet { noteTables() }
  }
  /// The same for translators, who know that the tables stay: counting references to them would take
  /// part of the time of a lookup.
  let tablesInPlace = UnsafeMutablePointer<Unmanaged<FlowTable>?>.allocate(
    capacity: Bridge.tableCount + 1)
  /// How fragments of IP packets are treated (OFPT_SET_CONFIG).
  public private(set) var fragments = SwitchConfig.Fragments.normal
  /// Names that controllers gave tables.
  var tableNames: [UInt8: String] = [:]
  /// What table-mods say of packets without a flow, where it is not the version's own way.
  public internal(set) var tableMiss: [UInt8: TableMod.Miss] = [:]
  public internal(set) var groups = GroupTable()
  /// By OpenFlow number.
  public internal(set) var meters: [UInt32: Meter] = [:]
  var changes = BridgeChanges()
  /// The switch's own flows above those in table 0.
  var hidden: HiddenFlows?
  /// What a packet that is to go everywhere visits, in order.
  private(set) var portOrder: [BridgePort] = []

  /// Shapes that flow-mods had lately. Control thread.
  var shapes = RecentShapes()
  /// Rules by what they name, kept in step with the tables.
  var index = RuleIndex()

  /// Tables that controllers may use. One more, 254, is the switch's own.
  public static let tableCount = 254
  /// The table for packets that no rule matched.
  static let internalTable = UInt8(tableCount)

  /// Called for everything that happens to a rule, in order, when it has come true; then
  /// `onFlowEventsEnd` is. Control thread.
  public var onFlowEvent: ((FlowEvent) -> Void)?
  public var onFlowEventsEnd: (() -> Void)?
  /// A table of that number has become full, or has room again.
  public var onVacancy: ((UInt8, VacancyState.Event) -> Void)?
  /// Whether `onFlowEvent` wants to hear of rules that nobody asked to be told of.
  public var wantsFlowEvents = false
  let flowNumbers = FlowNumbers()

  init(_ name: String, datapathID: UInt64, settings: BridgeSettings, pipeline: Pipeline) {
    self.name = name
    self.datapathID = datapathID
    self.settings = settings
    self.pipeline = pipeline
    created = pipeline.now()
    macTable = MACTable()
    macTable.configure(settings, now: created)
    // Table 0 counts packets even when it has no rule.
    tables[0] = FlowTable(id: 0)
    noteTables()
  }

  deinit { tablesInPlace.deallocate() }

  private func noteTables() {
    for (id, table) in tables.enumerated() {
      (tablesInPlace + id).initialize(to: table.map { .passUnretained($0) })
    }
  }

  /// Takes settings over. Whoever rules the flow tables now starts with empty ones: when the first
  /// controller comes or the last one goes, and when a bridge without any changes its fail mode.
  public func configure(_ settings: BridgeSettings) {
    let old = self.settings
    guard settings != old else { return }
    pipeline.change(.bridge(self)) {
      self.settings = settings
      macTable.configure(settings, now: pipeline.now())
      let changesRule =
        settings.hasControllers != old.hasControllers
        || (!settings.hasControllers && settings.failMode != old.failMode)
      configureTables(from: old.tables)
      if changesRule { flushFlows() }
    }
  }

  /// Takes over how fragments are treated: any way but putting them together.
  public func setFragments(_ fragments: SwitchConfig.Fragments) {
    pipeline.change(.bridge(self)) { self.fragments = fragments }
  }

  public func setDatapathID(_ id: UInt64) { pipeline.change(.bridge(self)) { datapathID = id } }

  /// Whether a controller is connected: what groups that watch the controller want to know.
  public var hasLiveController = false {
    didSet {
      if hasLiveController != oldValue { pipeline.change(.bridge(self)) {} }
    }
  }

  // MARK: Ports

  /// Adds a port; one that has the number already is removed.
  @discardableResult
  public func addPort(_ description: PortSettings) -> BridgePort {
    pipeline.change(.bridge(self)) {
      removePort(description.ofport)
      let port = BridgePort(description, bridge: self)
      ports[port.ofport] = port
      place(port)
      pipeline.link(port)
      pipeline.onPortChange?(self, port, .added)
      return port
    }
  }

  public func removePort(_ ofport: UInt16) {
    guard let port = ports[ofport] else { return }
    pipeline.change(.bridge(self)) {
      ports[ofport] = nil
      portOrder.removeAll { $0 === port }
      pipeline.unlink(port)
      macTable.forget(port)
      pipeline.onPortChange?(self, port, .removed)
    }
  }

  /// Takes over what may change while a port stays the same port: kind, VLANs, address, link.
  public func updatePort(_ description: PortSettings) {
    guard let port = ports[description.ofport] else { return }
    let linkChanges =
      port.linkUp != description.linkUp || port.macAddress != description.macAddress
      || port.features != description.features
      || port.config.contains(.portDown) == description.adminUp
    guard
      linkChanges || port.kind != description.kind || port.vlan != description.vlan
        || port.typeName != description.typeName
    else { return }
    pipeline.change(.bridge(self)) {
      if port.vlan != description.vlan { macTable.forget(port) }
      if port.kind != description.kind {
        pipeline.unlink(port)
        port.kind = description.kind
        pipeline.link(port)
      }
      port.vlan = description.vlan
      port.typeName = description.typeName
      port.macAddress = description.macAddress
      port.linkUp = description.linkUp
      port.features = description.features
      if description.adminUp {
        port.config.remove(.portDown)
      } else {
        port.config.insert(.portDown)
      }
      if linkChanges { pipeline.onPortChange?(self, port, .modified) }
    }
  }

  /// Changes the bits of `mask` in a port's configuration (OFPT_PORT_MOD).
  public func setPortConfig(
    _ ofport: UInt16, _ config: PortConfig, mask: PortConfig
  ) {
    guard let port = ports[ofport] else { return }
    let new = port.config.subtracting(mask).union(config.intersection(mask))
    guard new != port.config else { return }
    pipeline.change(.bridge(self)) {
      port.config = new
      pipeline.onPortChange?(self, port, .modified)
    }
  }

  public func port(named name: String) -> BridgePort? { ports.values.first { $0.name == name } }

  /// Packets and bytes of a port: the datapath's figures, or what crossed a patch port. Who asks for
  /// many ports collects the megaflows' statistics once, before.
  public func counters(of port: BridgePort, collecting: Bool = true) -> PortCounters {
    switch port.kind {
    case .datapath(let number): return pipeline.sink.counters(number)
    case .patch:
      if collecting { pipeline.megaflows.refreshStatistics() }
      let traffic = pipeline.crediting { port.traffic }
      var counters = PortCounters()
      counters.rxPackets = traffic.rxPackets
      counters.rxBytes = traffic.rxBytes
      counters.txPackets = traffic.txPackets
      counters.txBytes = traffic.txBytes
      return counters
    }
  }

  /// Inserts by number; ports mostly come in order, so look from the end.
  private func place(_ port: BridgePort) {
    var index = portOrder.count
    while index > 0, portOrder[index - 1].ofport > port.ofport { index -= 1 }
    portOrder.insert(port, at: index)
  }
}
