import CDPDKShim
import Fields
import Glibc
import Runtime

/// What a row asks of an ethdev that may change while workers poll: flow control and the address of a
/// virtual function behind a representor (ovs-vswitchd.conf.db(5), Interface). Pure, but for `apply`.
struct LiveSettings: Equatable {
  /// PB_PAUSE_*. OVS's words are those of the switch: `rx-flow-ctrl` lets it stop who sends to it, by pause
  /// frames that the device sends.
  var pause: Int32
  var autonegotiates: Bool
  /// The row says something of flow control. If not it is off, as far as the device lets itself be told.
  var asksForFlowControl: Bool
  var functionAddress: String?

  init(_ options: [String: String]) {
    let sent = options["rx-flow-ctrl"] == "true"
    let heeded = options["tx-flow-ctrl"] == "true"
    pause = (sent ? PB_PAUSE_SENT : 0) | (heeded ? PB_PAUSE_HEEDED : 0)
    autonegotiates = options["flow-ctrl-autoneg"] == "true"
    asksForFlowControl = ["rx-flow-ctrl", "tx-flow-ctrl", "flow-ctrl-autoneg"].contains {
      options[$0] != nil
    }
    functionAddress = options["dpdk-vf-mac"]
  }

  /// Returns what did not work, for the log.
  func apply(to port: UInt16, _ name: String, isRepresentor: Bool) -> [String] {
    [applyFlowControl(port, name), applyAddress(port, name, isRepresentor)].compactMap { $0 }
  }

  private func applyFlowControl(_ port: UInt16, _ name: String) -> String? {
    let error = -pb_ethdev_set_flow_control(port, pause, autonegotiates ? 1 : 0)
    guard error != 0, asksForFlowControl else { return nil }
    guard error != ENOTSUP || pb_ethdev_flow_control(port) >= 0 else {
      return "\(name): Flow control is not supported."
    }
    return "Failed to enable flow control on device \(port) (\(errorText(error)))"
  }

  private func applyAddress(_ port: UInt16, _ name: String, _ isRepresentor: Bool) -> String? {
    guard let text = functionAddress else { return nil }
    guard isRepresentor else {
      return "'\(name)' is trying to set the VF MAC '\(text)' but 'options:dpdk-vf-mac' is only "
        + "supported for VF representors."
    }
    guard let address = EthernetAddress(text) else {
      return "interface '\(name)': cannot parse VF MAC '\(text)'."
    }
    guard !address.isMulticast else {
      return "interface '\(name)': cannot set VF MAC to multicast address '\(text)'."
    }
    let bytes = (0..<6).map { UInt8(truncatingIfNeeded: address.value >> UInt64(40 - 8 * $0)) }
    let error = -pb_ethdev_set_address(port, bytes)
    return error == 0 ? nil : "interface '\(name)': cannot set VF MAC (\(errorText(error)))"
  }

  /// What the device does with pause frames, in OVS's words; nil when it knows none.
  static func flowControlText(_ port: UInt16) -> String? {
    switch pb_ethdev_flow_control(port) {
    case 0: "none"
    case PB_PAUSE_SENT: "rx"
    case PB_PAUSE_HEEDED: "tx"
    case PB_PAUSE_SENT | PB_PAUSE_HEEDED: "rx,tx"
    default: nil
    }
  }
}
