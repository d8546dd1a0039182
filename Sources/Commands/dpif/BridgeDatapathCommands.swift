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

/// What the datapath can do, in the words of `dpif/show-dp-features`.
enum DatapathFeatures {
  static let text = [
    ("Masked set action", "Yes"), ("Tunnel push pop", "No"), ("Ufid", "Yes"),
    ("Truncate action", "No"), ("Clone action", "No"), ("Sample nesting", "0"),
    ("Conntrack eventmask", "No"), ("Conntrack clear", "No"), ("Max dp_hash algorithm", "0"),
    ("Check pkt length action", "No"), ("Conntrack timeout policy", "No"),
    ("Explicit Drop action", "No"), ("Optimized Balance TCP mode", "No"),
    ("Conntrack all-zero IP SNAT", "No"), ("MPLS Label add", "No"), ("Max VLAN headers", "1"),
    ("Max MPLS depth", "0"), ("Recirc", "No"), ("CT state", "No"), ("CT zone", "No"),
    ("CT mark", "No"), ("CT label", "No"), ("CT state NAT", "No"), ("CT orig tuple", "No"),
    ("CT orig tuple for IPv6", "No"), ("IPv6 ND Extension", "No"),
  ].map { "\($0): \($1)\n" }.joined()
}
