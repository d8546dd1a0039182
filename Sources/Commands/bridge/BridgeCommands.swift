import Bridges
import JSONRPC
import Runtime

/// `bridge/*` and `ofproto/*`: flow tables and what they do (ovs-vswitchd(8), "BRIDGE COMMANDS").
enum BridgeCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(
        name: "bridge/dump-flows", usage: "[--offload-stats] bridge", arguments: 1...2
      ) { arguments in
        guard let bridge = sw.pipeline.bridges[arguments.last ?? ""] else {
          throw TextError("Unknown bridge")
        }
        return bridge.flowsText()
      },
      ControlCommand.answering(name: "bridge/reconnect", usage: "[bridge]", arguments: 0...1) {
        arguments in
        if let name = arguments.first, sw.bridges[name] == nil { throw TextError("Unknown bridge") }
        for bridge in sw.bridges.values where arguments.isEmpty || bridge.name == arguments[0] {
          sw.onReconnect?(bridge)
        }
        return ""
      },
      ControlCommand.answering(name: "ofproto/list", usage: "", arguments: 0...0) { _ in
        sw.pipeline.bridgesText()
      },
      ControlCommand.answering(
        name: "ofproto/trace",
        usage: "{[dp_name] odp_flow | bridge br_flow} [OPTIONS...] [-generate|packet]",
        arguments: 1...Int.max
      ) { arguments in
        try sw.pipeline.trace(arguments)
      },
      ControlCommand.answering(
        name: "ofproto/trace-packet-out",
        usage: "[-consistent] {[dp_name] odp_flow | bridge br_flow} "
          + "[OPTIONS...] [-generate|packet] actions", arguments: 2...Int.max
      ) { arguments in
        try sw.pipeline.tracePacketOut(arguments)
      },
    ]
  }
}
