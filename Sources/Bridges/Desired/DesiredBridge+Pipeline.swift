import Interfaces
import OpenFlow
import Pipeline

extension DesiredBridge {
  /// What the pipeline needs to know.
  var pipelineSettings: BridgeSettings {
    var s = BridgeSettings()
    s.failMode = secureFailMode ? .secure : .standalone
    s.hasControllers = controllers.contains { $0.settings.kind == .primary }
    s.versions = versions
    s.forwardBPDU = forwardBPDU
    s.floodVLANs = floodVLANs
    s.macAgingTime = macAgingTime
    s.macTableSize = macTableSize
    for (id, table) in flowTables { s.tables[id] = table.settings(of: name, table: id) }
    return s
  }

  var versions: VersionSet {
    let known = protocols.compactMap { VersionSet(name: $0) }
    return known.isEmpty ? .supported : VersionSet(known)
  }
}

extension DesiredBridge {
  /// What the bridge's OpenFlow service needs to know. Of two rows with one target the first counts.
  var controllerSettings: [String: ControllerSettings] {
    Dictionary(controllers.map { ($0.target, $0.settings) }, uniquingKeysWith: { a, _ in a })
  }

  /// The same for its own socket.
  var managementSettings: ControllerSettings {
    var s = ControllerSettings(.service)
    s.versions = versions
    s.queueSize = queueSize
    return s
  }

  /// Where in-band control has to keep the way open.
  func inBandRemotes(
    _ managers: [DesiredSwitch.ManagerAddress]
  ) -> [(address: UInt32, port: UInt16)] {
    let own = controllers.filter(\.settings.isInBand).compactMap { controller in
      if case .active(let remote)? = ControllerTarget(controller.target) {
        remote.ipv4
      } else {
        nil
      }
    }
    return own.map { (address: $0.0, port: $0.port) }
      + (disablesInBand ? [] : managers.map { (address: $0.address, port: $0.port) })
  }

  /// Brings the OpenFlow service in line. While flows are restored it has no controllers; to the flow
  /// tables they rule the bridge all the same, so that nothing is flushed when they come.
  public func configure(_ service: OpenFlowService, _ all: DesiredSwitch) {
    let isHeld = all.awaitsFlows
    service.setControllers(isHeld ? [:] : controllerSettings, management: managementSettings)
    service.setInBand(
      remotes: isHeld ? [] : inBandRemotes(all.inBandManagers), queue: inBandQueue)
  }
}

extension DesiredInterface {
  /// What the device needs to know. A bridge's own port is internal whatever the row says.
  func request(bridge: RunningBridge) -> InterfaceRequest {
    InterfaceRequest(
      name: name, type: name == bridge.name ? "internal" : type.isEmpty ? "system" : type,
      options: options, otherConfig: otherConfig, macAddress: mac, mtuRequest: mtuRequest,
      dummyDatapath: bridge.wanted.datapathType == "dummy")
  }
}
