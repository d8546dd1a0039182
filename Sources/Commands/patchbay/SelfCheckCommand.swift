import Bridges
import JSONRPC

/// `patchbay/self-check`: what came of comparing packets' flows with the tables (no such thing in OVS).
enum SelfCheckCommand {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(name: "patchbay/self-check", usage: "", arguments: 0...0) { _ in
        let counters = sw.pipeline.megaflows.selfChecks
        var text = "packets checked: \(counters.checked)\n"
        text += "not checked, because tables were changing: \(counters.skipped)\n"
        text += "wrong flows: \(counters.mismatches)\n"
        for (worker, bursts) in sw.datapath.samplePeriods {
          text += "\(worker.heading)  one packet of \(bursts) bursts\n"
        }
        return text
      }
    ]
  }
}
