import Interfaces
import JSONRPC
import Runtime

/// `dpdk/...`: what DPDK says of itself. There while DPDK is in use, as in OVS.
enum DPDKCommands {
  static func all() -> [ControlCommand] {
    guard DPDK.isEnabled else { return [] }
    return [
      show("dpdk/get-malloc-stats") { DPDKText.heaps },
      show("dpdk/lcore-list") { DPDKText.cores },
      show("dpdk/log-list") { DPDKText.logTypes },
      ControlCommand.answering(
        name: "dpdk/log-set", usage: "{level | pattern:level}", arguments: 0...Int.max
      ) { arguments in
        // OVS: without an argument, everything.
        for argument in arguments.isEmpty ? ["debug"] : arguments {
          if let level = DPDKText.setLogLevel(argument) {
            throw TextError("invalid log level: '\(level)'")
          }
        }
        return ""
      },
    ]
  }

  private static func show(_ name: String, _ text: @escaping () -> String) -> ControlCommand {
    ControlCommand.answering(name: name, usage: "", arguments: 0...0) { _ in text() }
  }
}
