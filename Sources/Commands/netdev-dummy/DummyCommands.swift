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
      ControlCommand.answering(
        name: "netdev-dummy/conn-state", usage: "[netdev]", arguments: 0...1
      ) { arguments in
        dummies.connectionState(arguments)
      },
      ControlCommand.answering(
        name: "netdev-dummy/ip4addr", usage: "[netdev] ipaddr/mask-prefix-len", arguments: 2...2
      ) { arguments in
        try dummies.setAddress(arguments, PrefixText.checkIPv4)
      },
      ControlCommand.answering(
        name: "netdev-dummy/ip6addr", usage: "[netdev] ip6addr", arguments: 2...2
      ) { arguments in
        try dummies.setAddress(arguments, PrefixText.checkIPv6)
      },
    ]
  }
}
