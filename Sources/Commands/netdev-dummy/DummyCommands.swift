import Bridges
import JSONRPC

/// `netdev-dummy/*`: packets and states of simulated devices (with `--enable-dummy`).
enum DummyCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand(
        name: "netdev-dummy/receive", usage: "name [--qid queue_id] packet|flow [--len packet_len]",
        arguments: 2...Int.max
      ) { arguments in
        let answer = try sw.interfaces.receiveOnDummy(arguments)
        // A simulation sees a packet's consequences when the command returns.
        sw.datapath.quiesce()
        return answer
      },
      ControlCommand(
        name: "netdev-dummy/set-admin-state", usage: "[netdev] up|down", arguments: 1...2
      ) { arguments in
        try sw.interfaces.setDummyAdminState(arguments)
      },
    ]
  }
}
