import Bridges
import JSONRPC
import Pipeline
import Runtime

/// The rest of `dpctl/*`. Datapaths, their ports and their flows follow the database and the bridges'
/// tables here and are not made by hand: what would change them is refused.
enum DatapathEditCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    edits.map { name, usage, range, doing in
      ControlCommand.answering(name: name, usage: usage, arguments: range) { _ in
        throw TextError("ovs-vswitchd: \(doing) (Operation not supported)")
      }
    } + [
      ControlCommand.answering(name: "dpctl/offload-stats-show", usage: "[dp]", arguments: 0...1) {
        _ in throw TextError("ovs-vswitchd: retrieving offload statistics (Invalid argument)")
      },
      ControlCommand.answering(name: "dpctl/cache-get-size", usage: "[dp]", arguments: 0...1) { _ in
        DatapathName.used(by: sw).map { "\($0.text):\n" }.joined()
      },
      ControlCommand.answering(name: "dpctl/get-flow", usage: "[dp] ufid", arguments: 1...2) {
        arguments in
        let text = arguments.last ?? ""
        guard text.hasPrefix("ufid:") else { throw TextError("ovs-vswitchd: parsing flow ufid") }
        guard let flow = sw.pipeline.megaflows.flow(named: String(text.dropFirst(5))) else {
          throw TextError("ovs-vswitchd: getting flow (No such file or directory)")
        }
        return flow
      },
      ControlCommand.answering(name: "dpctl/list-commands", usage: "", arguments: 0...0) { _ in
        listing(of: names)
      },
    ]
  }

  private static let edits = [
    ("dpctl/add-dp", "dp [iface...]", 1...Int.max, "add_dp"),
    ("dpctl/del-dp", "dp", 1...1, "del_dp"),
    ("dpctl/add-if", "dp iface...", 2...Int.max, "adding an interface"),
    ("dpctl/del-if", "dp iface...", 2...Int.max, "deleting an interface"),
    ("dpctl/set-if", "dp iface...", 2...Int.max, "changing an interface"),
    ("dpctl/add-flow", "[dp] flow actions", 2...3, "updating flow table"),
    ("dpctl/add-flows", "[dp] file", 1...2, "updating flow table"),
    ("dpctl/mod-flow", "[dp] flow actions", 2...3, "updating flow table"),
    ("dpctl/mod-flows", "[dp] file", 1...2, "updating flow table"),
    ("dpctl/del-flow", "[dp] flow", 1...2, "deleting flow"),
    ("dpctl/cache-set-size", "dp cache <size>", 3...3, "setting cache size"),
    ("dpctl/normalize-actions", "actions", 2...Int.max, "normalizing actions"),
    ("dpctl/parse-actions", "actions", 1...1, "parsing actions"),
  ]

  /// What `dpctl/list-commands` shows, in OVS's order.
  private static let names = [
    ("add-dp", "dp [iface...]"), ("del-dp", "dp"), ("add-if", "dp iface..."),
    ("del-if", "dp iface..."), ("set-if", "dp iface..."), ("dump-dps", ""),
    ("show", "[-s] [dp...]"),
    ("dump-flows", "[-m] [--names] [dp] [filter=..] [type=..] [pmd=..]"),
    ("add-flow", "[dp] flow actions"), ("mod-flow", "[dp] flow actions"),
    ("get-flow", "[dp] ufid"), ("del-flow", "[dp] flow"), ("add-flows", "[dp] file"),
    ("mod-flows", "[dp] file"), ("del-flows", "[dp] [file]"), ("offload-stats-show", "[dp]"),
    ("dump-conntrack", "[-m] [-s] [dp] [zone=N]"),
    ("flush-conntrack", "[dp] [zone=N] [ct-orig-tuple] [ct-reply-tuple]"),
    ("cache-get-size", "[dp]"), ("cache-set-size", "dp cache <size>"),
    ("ct-stats-show", "[dp] [zone=N]"), ("ct-bkts", "[dp] [gt=N]"),
    ("ct-set-maxconns", "[dp] maxconns"), ("ct-get-maxconns", "[dp]"),
    ("ct-get-nconns", "[dp]"), ("ct-enable-tcp-seq-chk", "[dp]"),
    ("ct-disable-tcp-seq-chk", "[dp]"), ("ct-get-tcp-seq-chk", "[dp]"),
    ("ct-set-limits", "[dp] [default=L] [zone=N,limit=L]..."),
    ("ct-del-limits", "[dp] zone=N1[,N2]..."), ("ct-get-limits", "[dp] [zone=N1[,N2]...]"),
    ("ipf-set-enabled", "[dp] v4|v6"), ("ipf-set-disabled", "[dp] v4|v6"),
    ("ipf-set-min-frag", "[dp] v4|v6 minfragment"), ("ipf-set-max-nfrags", "[dp] maxfrags"),
    ("ipf-get-status", "[dp]"), ("list-commands", ""), ("parse-actions", "actions"),
    ("normalize-actions", "actions"),
  ]

  private static func listing(of names: [(String, String)]) -> String {
    "The available commands are:\n"
      + names.map { "  \(("dpctl/" + $0).padded(28))  \($1)\n" }.joined()
  }
}
