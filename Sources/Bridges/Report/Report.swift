import Interfaces
import OVSDB
import Pipeline
import Runtime

/// What the switch tells the database: a pure reading of the state, as one transaction. The client
/// sends only what differs, so a report may be made as often as one likes.
///
/// `ofport`, `error` and the status columns come with every report; `statistics` only with those that
/// ask for it, every `stats-update-interval`.
struct Report {
  let sw: Switch

  func transaction(_ bridges: [DesiredBridge], statistics: Bool) -> Transaction {
    var t = Transaction()
    if statistics { sw.pipeline.megaflows.collectStatistics() }
    for bridge in bridges {
      guard let running = sw.bridges[bridge.name] else { continue }
      if let uuid = bridge.uuid { t.update("Bridge", uuid, Self.columns(running)) }
      for (_, interface) in bridge.interfaces {
        guard let uuid = interface.uuid else { continue }
        t.update("Interface", uuid, columns(interface, uuid, running, statistics))
      }
    }
    t.append(controllers(bridges))
    return t
  }

  /// How the controllers are.
  func controllers(_ bridges: [DesiredBridge]) -> Transaction {
    var t = Transaction()
    for bridge in bridges {
      guard let running = sw.bridges[bridge.name], !bridge.controllers.isEmpty else { continue }
      let status = sw.controllerStatus(running)
      for controller in bridge.controllers {
        t.update("Controller", controller.uuid, Self.columns(status[controller.target]))
      }
    }
    return t
  }

  /// One that connects to us has nothing to show.
  private static func columns(_ status: ControllerStatus?) -> [String: Datum] {
    let role: String? =
      switch status?.role {
      case .equal?: "other"
      case .primary?: "master"
      case .secondary?: "slave"
      case .noChange?, nil: nil
      }
    return [
      "is_connected": .bool(status?.isConnected ?? false), "role": .string(role),
      "status": .strings(status?.status ?? [:]),
    ]
  }

  private static func columns(_ bridge: RunningBridge) -> [String: Datum] {
    [
      "datapath_id": .string(formatted("%016llx", bridge.pipeline.datapathID)),
      "datapath_version": .string("<built-in>"),
    ]
  }

  private func columns(
    _ wanted: DesiredInterface, _ uuid: UUID, _ bridge: RunningBridge, _ statistics: Bool
  ) -> [String: Datum] {
    guard let port = bridge.ports[wanted.name], port.wanted.uuid == uuid else {
      return Self.failed(sw.failures[uuid])
    }
    var columns = Self.columns(port.device.status)
    columns["ofport"] = .integer(Int(port.ofport))
    columns["error"] = .string(sw.failures[uuid] ?? port.device.trouble)
    if statistics { columns["statistics"] = .integers(sw.statistics(of: port)) }
    return columns
  }

  private static func failed(_ error: String?) -> [String: Datum] {
    var columns = Dictionary(
      uniqueKeysWithValues: [
        "mac_in_use", "ifindex", "mtu", "admin_state", "link_state", "link_speed", "duplex",
        "link_resets",
      ].map { ($0, Datum.empty) })
    columns["ofport"] = .integer(-1)
    columns["error"] = .string(error)
    columns["status"] = .strings([:])
    columns["statistics"] = .integers([:] as [String: Int64])
    return columns
  }

  private static func columns(_ s: InterfaceStatus) -> [String: Datum] {
    [
      "mac_in_use": .string(s.macAddress?.description),
      "ifindex": .integer(s.ifindex),
      "mtu": .integer(s.mtu),
      "admin_state": .string(s.adminUp.map { $0 ? "up" : "down" }),
      "link_state": .string(s.linkUp ? "up" : "down"),
      "link_speed": .integer(s.linkSpeed),
      "duplex": .string(s.fullDuplex.map { $0 ? "full" : "half" }),
      "link_resets": .integer(s.linkResets),
      "status": .strings(s.status),
    ]
  }
}

extension Switch {
  /// The `statistics` column of a port: its device's figures, or what crossed a patch port, as far as
  /// it was collected from the megaflows.
  public func statistics(of port: RunningPort) -> [String: Int64] {
    if let number = port.datapathPort {
      return port.device.statistics(datapath.counters(number))
    }
    guard let bridge = bridges[port.bridge]?.pipeline, let end = bridge.ports[port.ofport] else {
      return [:]
    }
    return port.device.statistics(bridge.counters(of: end, collecting: false))
  }
}
