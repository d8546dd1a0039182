import Bridges
import JSONRPC
import Pipeline

/// `upcall/*` and `revalidator/*`: misses and the keeping of megaflows (ovs-vswitchd(8)).
enum UpcallCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    let megaflows = sw.pipeline.megaflows
    /// Says whether new flows have masks; those that are there go.
    func masks(_ name: String, _ used: Bool, _ answer: String) -> ControlCommand {
      ControlCommand.answering(name: name, usage: "", arguments: 0...0) { _ in
        megaflows.settings.usesMasks = used
        megaflows.purge()
        return answer
      }
    }
    return [
      ControlCommand.answering(name: "upcall/show", usage: "", arguments: 0...0) { _ in
        DatapathName.used(by: sw).map { name in
          megaflows.upcallText(datapath: name.text, revalidator: 4)
        }.joined()
      },
      ControlCommand.answering(
        name: "upcall/set-flow-limit", usage: "flow-limit-number", arguments: 1...1
      ) { arguments in
        let limit = max(0, Int(arguments[0]) ?? 0)
        megaflows.settings.flowLimit = limit
        return "set flow_limit to \(limit)\n"
      },
      masks("upcall/disable-megaflows", false, "megaflows disabled"),
      masks("upcall/enable-megaflows", true, "megaflows enabled"),
      // Identifiers cost nothing here, and the datapath is not asked for them: nothing to change.
      ControlCommand.answering(name: "upcall/disable-ufid", usage: "", arguments: 0...0) { _ in
        "Datapath dumping tersely using UFID disabled"
      },
      ControlCommand.answering(name: "upcall/enable-ufid", usage: "", arguments: 0...0) { _ in
        "Datapath dumping tersely using UFID enabled for supported datapaths"
      },
      ControlCommand.answering(name: "revalidator/purge", usage: "", arguments: 0...0) { _ in
        megaflows.purge()
        return ""
      },
      ControlCommand(name: "revalidator/wait", usage: "", arguments: 0...0) { request in
        sw.pipeline.waitUntilApplied { request.reply() }
      },
    ]
  }
}
