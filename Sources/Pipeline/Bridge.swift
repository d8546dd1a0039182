import Datapath
import Fields
import OpenFlow

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

  /// Tables 0 to 253, made when first used.
  var tables = [FlowTable?](repeating: nil, count: Bridge.tableCount)
  /// What a packet that is to go everywhere visits, in order.
  private(set) var portOrder: [BridgePort] = []

  /// Tables that controllers may use. One more, 254, is the switch's own.
  public static let tableCount = 254

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
  }

  /// Takes settings over. Whoever rules the flow tables now starts with empty ones: when the first
  /// controller comes or the last one goes, and when a bridge without any changes its fail mode.
  public func configure(_ settings: BridgeSettings) {
    let old = self.settings
    guard settings != old else { return }
    pipeline.change {
      self.settings = settings
      macTable.configure(settings, now: pipeline.now())
      let changesRule =
        settings.hasControllers != old.hasControllers
        || (!settings.hasControllers && settings.failMode != old.failMode)
      if changesRule { flushFlows() }
    }
  }

  public func setDatapathID(_ id: UInt64) { pipeline.change { datapathID = id } }

  // MARK: Ports

  /// Adds a port; one that has the number already is removed.
  @discardableResult
  public func addPort(_ description: PortSettings) -> BridgePort {
    pipeline.change {
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
    pipeline.change {
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
    pipeline.change {
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
    pipeline.change {
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
