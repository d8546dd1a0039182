import Interfaces
import Pipeline

extension DesiredBridge {
  /// What the pipeline needs to know.
  var pipelineSettings: BridgeSettings {
    var s = BridgeSettings()
    s.failMode = secureFailMode ? .secure : .standalone
    // Connections to controllers come later: a standalone bridge switches on its own meanwhile.
    s.hasControllers = false
    s.forwardBPDU = forwardBPDU
    s.floodVLANs = floodVLANs
    s.macAgingTime = macAgingTime
    s.macTableSize = macTableSize
    return s
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
