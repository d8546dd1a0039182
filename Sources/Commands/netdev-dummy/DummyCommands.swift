import Bridges
import Interfaces
import JSONRPC

/// `netdev-dummy/*`: packets and states of simulated devices (with `--enable-dummy`).
enum DummyDeviceCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    let dummies = DummyCommands(sw.interfaces)
    return [
      ControlCommand.answering(
        name: "netdev-dummy/receive", usage: "name [--qid queue_id] packet|flow [--len packet_len]",
        arguments: 2...Int.max
      ) { arguments in
        let answer = try dummies.receive(arguments)
        // A simulation sees a packet's consequences when the command returns.
        sw.datapath.quiesce()
        sw.interfaces.writeCaptures()
        return answer
      },
      ControlCommand.answering(
        name: "netdev-dummy/set-admin-state", usage: "[netdev] up|down", arguments: 1...2
      ) { arguments in
        try dummies.setAdminState(arguments)
      },
    ]
  }
}
