import Bridges
import JSONRPC
import Runtime

/// `dpctl/ct-*`, `dpctl/ipf-*` and the like. There is no connection tracking yet: no connection is
/// the truth, and a setting would have no effect.
enum ConntrackCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    shows.map { name, usage, answer in
      ControlCommand.answering(name: name, usage: usage, arguments: 0...4) { arguments in
        try checkDatapath(sw, arguments)
        return answer
      }
    }
      + settings.map { name, usage, least in
        ControlCommand.answering(name: name, usage: usage, arguments: least...(least + 3)) { _ in
          throw TextError("ovs-vswitchd: connection tracking is not supported yet")
        }
      }
  }

  /// A first argument that is no option names a datapath.
  private static func checkDatapath(_ sw: Switch, _ arguments: [String]) throws {
    guard let name = arguments.first, !name.hasPrefix("-"), !name.contains("=") else { return }
    guard DatapathName.find(name, in: sw) != nil else {
      throw TextError("ovs-vswitchd: opening datapath (No such file or directory)")
    }
  }

  private static let shows = [
    ("dpctl/ct-bkts", "[dp] [gt=N]", "Total Buckets: 0\nCurrent Connections: 0\n\n"),
    ("dpctl/ct-get-nconns", "[dp]", "0"),
    ("dpctl/ct-stats-show", "[dp] [zone=N]", "Connections Stats:\n    Total: 0\n"),
    ("dpctl/dump-conntrack", "[-m] [-s] [dp] [zone=N]", ""),
    ("dpctl/flush-conntrack", "[dp] [zone=N] [ct-orig-tuple] [ct-reply-tuple]", ""),
  ]

  /// Name, usage, fewest arguments.
  private static let settings = [
    ("dpctl/ct-del-limits", "[dp] zone=N1[,N2]...", 1),
    ("dpctl/ct-disable-tcp-seq-chk", "[dp]", 0),
    ("dpctl/ct-enable-tcp-seq-chk", "[dp]", 0),
    ("dpctl/ct-get-limits", "[dp] [zone=N1[,N2]...]", 0),
    ("dpctl/ct-get-maxconns", "[dp]", 0),
    ("dpctl/ct-get-tcp-seq-chk", "[dp]", 0),
    ("dpctl/ct-set-limits", "[dp] [default=L] [zone=N,limit=L]...", 1),
    ("dpctl/ct-set-maxconns", "[dp] maxconns", 1),
    ("dpctl/ipf-get-status", "[dp]", 0),
    ("dpctl/ipf-set-disabled", "[dp] v4|v6", 1),
    ("dpctl/ipf-set-enabled", "[dp] v4|v6", 1),
    ("dpctl/ipf-set-max-nfrags", "[dp] maxfrags", 1),
    ("dpctl/ipf-set-min-frag", "[dp] v4|v6 minfragment", 2),
  ]
}
