import Bridges
import JSONRPC
import Runtime

/// Commands of features that the switch does not have yet. Operators' scripts call them all the same,
/// so each exists with OVS's usage text. What shows a feature answers as OVS does where nothing of
/// the kind is configured, because nothing is; what would change it says that it cannot be done.
enum AbsentFeatures {
  static func all(_ sw: Switch) -> [ControlCommand] {
    shows.map { entry in
      ControlCommand.answering(name: entry.name, usage: entry.usage, arguments: 0...1) {
        guard $0.isEmpty else { throw TextError(entry.noSuch) }
        return entry.answer
      }
    }
      + absent.map { entry in
        ControlCommand.answering(name: entry.name, usage: entry.usage, arguments: entry.arguments) {
          _ in throw TextError("\(entry.feature) is not supported yet")
        }
      }
      + bonds.map { name, usage, count in
        ControlCommand.answering(name: name, usage: usage, arguments: count...count) { _ in
          throw TextError("no such bond")
        }
      } + interfaces(sw)
  }

  private struct Show {
    let name: String
    let usage: String
    /// The answer that is right while there is none of it, and what OVS says to a name.
    let answer: String
    let noSuch: String
    init(_ name: String, _ usage: String, _ answer: String, _ noSuch: String) {
      (self.name, self.usage, self.answer, self.noSuch) = (name, usage, answer, noSuch)
    }
  }

  private static let shows = [
    Show("autoattach/show-isid", "[bridge]", "", "no such bridge"),
    Show("autoattach/statistics", "[bridge]", "", "no such bridge"),
    Show("autoattach/status", "[bridge]", "", "no such bridge"),
    Show("bfd/show", "[interface]", "", "no such bfd object"),
    Show("bond/list", "", "bond\ttype\trecircID\tmembers\n", "no such bond"),
    Show("bond/show", "[port]", "", "no such bond"),
    Show("cfm/show", "[interface]", "", "no such CFM object"),
    Show("lacp/show", "[port]", "", "no such lacp object"),
    Show("lacp/show-stats", "[port]", "", "no such lacp object"),
    Show("rstp/show", "[bridge]", "", "No such RSTP object"),
    Show("rstp/tcn", "[bridge]", "OK", "No such RSTP object"),
    Show("stp/show", "[bridge]", "", "no such stp object"),
    Show("stp/tcn", "[bridge]", "OK", "no such stp object"),
    Show("ofproto/list-tunnels", "", "", "no such tunnel"),
  ]

  private struct Absent {
    let name: String
    let usage: String
    let arguments: ClosedRange<Int>
    let feature: String
    init(_ name: String, _ usage: String, _ arguments: ClosedRange<Int>, _ feature: String) {
      (self.name, self.usage) = (name, usage)
      (self.arguments, self.feature) = (arguments, feature)
    }
  }

  private static let absent = [
    Absent("bfd/set-forwarding", "[interface] normal|false|true", 1...2, "BFD"),
    Absent("cfm/set-fault", "[interface] normal|false|true", 1...2, "CFM"),
    Absent("bond/hash", "mac [vlan] [basis]", 1...3, "bonding"),
    Absent("ovs/route/add", "ip_addr/prefix_len out_br_name [gw] [pkt_mark=mark]", 2...4, tunnels),
    Absent("ovs/route/del", "ip_addr/prefix_len [pkt_mark=mark]", 1...2, tunnels),
    Absent("ovs/route/lookup", "ip_addr [pkt_mark=mark]", 1...2, tunnels),
    Absent("ovs/route/show", "", 0...0, tunnels),
    Absent("tnl/arp/aging", "[SECS]", 0...1, tunnels),
    Absent("tnl/arp/flush", "", 0...0, tunnels),
    Absent("tnl/arp/set", "BRIDGE IP MAC", 3...3, tunnels),
    Absent("tnl/arp/show", "", 0...0, tunnels),
    Absent("tnl/egress_port_range", "min max", 0...2, tunnels),
    Absent("tnl/neigh/aging", "[SECS]", 0...1, tunnels),
    Absent("tnl/neigh/flush", "", 0...0, tunnels),
    Absent("tnl/neigh/set", "BRIDGE IP MAC", 3...3, tunnels),
    Absent("tnl/neigh/show", "", 0...0, tunnels),
    Absent("tnl/ports/show", "-v", 0...1, tunnels),
    Absent("odp-execute/action-impl-set", "name", 1...1, "choosing how actions are carried out"),
    Absent("odp-execute/action-impl-show", "", 0...0, "choosing how actions are carried out"),
    Absent("dpif-netlink/dispatch-mode", "", 0...0, "the kernel's datapath"),
  ]
  private static let tunnels = "tunnelling"

  private static let bonds = [
    ("bond/disable-member", "port member", 2), ("bond/enable-member", "port member", 2),
    ("bond/migrate", "port hash member", 3), ("bond/set-active-member", "port member", 2),
  ]

  private static func interfaces(_ sw: Switch) -> [ControlCommand] {
    func check(_ name: String) throws {
      guard sw.bridges.values.contains(where: { $0.ports.values.contains { $0.name == name } })
      else { throw TextError("no such interface") }
    }
    return [
      ControlCommand.answering(name: "qos/show", usage: "interface", arguments: 1...1) {
        try check($0[0])
        return "QoS not configured on \($0[0])\n"
      },
      ControlCommand.answering(name: "qos/show-types", usage: "interface", arguments: 1...1) {
        try check($0[0])
        return ""
      },
      ControlCommand.answering(name: "mdb/show", usage: "bridge", arguments: 1...1) {
        guard sw.bridges[$0[0]] != nil else { throw TextError("no such bridge") }
        throw TextError("multicast snooping is disabled")
      },
      ControlCommand.answering(name: "mdb/flush", usage: "[bridge]", arguments: 0...1) {
        guard let name = $0.first else { return "table successfully flushed" }
        guard sw.bridges[name] != nil else { throw TextError("no such bridge") }
        throw TextError("multicast snooping is disabled")
      },
    ]
  }
}
