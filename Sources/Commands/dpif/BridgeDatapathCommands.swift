import Bridges
import JSONRPC
import Runtime

/// `dpif/*`: the datapath by bridges (ovs-vswitchd(8), "DATAPATH COMMANDS").
enum BridgeDatapathCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(name: "dpif/show", usage: "", arguments: 0...0) { _ in
        DatapathName.used(by: sw).map { show(sw, $0) }.joined()
      },
      ControlCommand.answering(name: "dpif/dump-dps", usage: "", arguments: 0...0) { _ in
        sortedBridges(sw).map { "\($0.datapathName.type)@\($0.name)\n" }.joined()
      },
      ControlCommand.answering(name: "dpif/show-dp-features", usage: "bridge", arguments: 1...1) {
        arguments in
        guard sw.bridges[arguments[0]] != nil else { throw TextError("no such bridge") }
        return DatapathFeatures.text
      },
      ControlCommand.answering(name: "dpif/set-dp-features", usage: "bridge", arguments: 1...3) {
        arguments in
        guard sw.bridges[arguments[0]] != nil else { throw TextError("no such bridge") }
        return try DatapathFeatures.settings(arguments.dropFirst())
      },
    ]
  }

  private static func show(_ sw: Switch, _ name: DatapathName) -> String {
    let totals = LookupTotals(sw.datapath.workers)
    var text = "\(name.text): hit:\(totals.hit) missed:\(totals.missed)\n"
    for bridge in sortedBridges(sw) where bridge.datapathName == name {
      text += "  \(bridge.name):\n"
      for port in bridge.ports.values.sorted(by: { $0.name < $1.name }) {
        let number = port.datapathPort.map(String.init) ?? "none"
        text += "    \(port.name) \(port.ofport)/\(number): "
        text += "(\(port.device.typeName)\(port.configurationSuffix))\n"
      }
    }
    return text
  }
}

/// Bridges by name.
func sortedBridges(_ sw: Switch) -> [RunningBridge] {
  sw.bridges.values.sorted { $0.name < $1.name }
}

/// What the datapath can do: its name in `dpif/set-dp-features` and in `dpif/show-dp-features`, and
/// "true" and "false" or a number.
enum DatapathFeatures {
  private static let all = [
    ("masked_set_action", "Masked set action", "true"),
    ("tnl_push_pop", "Tunnel push pop", "false"), ("ufid", "Ufid", "true"),
    ("trunc", "Truncate action", "true"), ("clone", "Clone action", "true"),
    ("sample_nesting", "Sample nesting", "10"), ("ct_eventmask", "Conntrack eventmask", "false"),
    ("ct_clear", "Conntrack clear", "false"), ("max_hash_alg", "Max dp_hash algorithm", "1"),
    ("check_pkt_len", "Check pkt length action", "true"),
    ("ct_timeout", "Conntrack timeout policy", "false"),
    ("explicit_drop_action", "Explicit Drop action", "false"),
    ("lb_output_action", "Optimized Balance TCP mode", "false"),
    ("ct_zero_snat", "Conntrack all-zero IP SNAT", "false"), ("add_mpls", "MPLS Label add", "true"),
    ("max_vlan_headers", "Max VLAN headers", "1"), ("max_mpls_depth", "Max MPLS depth", "3"),
    ("recirc", "Recirc", "true"), ("ct_state", "CT state", "false"),
    ("ct_zone", "CT zone", "false"), ("ct_mark", "CT mark", "false"),
    ("ct_label", "CT label", "false"), ("ct_state_nat", "CT state NAT", "false"),
    ("ct_orig_tuple", "CT orig tuple", "false"),
    ("ct_orig_tuple6", "CT orig tuple for IPv6", "false"), ("nd_ext", "IPv6 ND Extension", "true"),
  ]

  static let text = all.map { _, title, value in
    "\(title): \(value == "true" ? "Yes" : value == "false" ? "No" : value)\n"
  }.joined()

  /// `dpif/set-dp-features BRIDGE [FEATURE [VALUE]]`. What the datapath can do is always used, so there
  /// is nothing to set.
  static func settings(_ arguments: ArraySlice<String>) throws -> String {
    guard let name = arguments.first else { return all.map(line).joined() }
    guard let feature = all.first(where: { $0.0 == name }) else {
      throw TextError("Unknown feature")
    }
    guard arguments.count == 1 else { throw TextError("\(name) cannot be changed") }
    return line(feature)
  }

  private static func line(_ feature: (String, String, String)) -> String {
    "\(feature.0) (\(feature.1)) : [run time]:\(feature.2), [boot time]:\(feature.2)\n"
  }
}
