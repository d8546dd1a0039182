import Bridges
import Datapath
import JSONRPC
import Runtime

/// `patchbay/pauses`: how long workers' packets waited while flows and ports came and went (no such
/// thing in OVS).
enum PauseCommand {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(name: "patchbay/pauses", usage: "", arguments: 0...0) { _ in
        sw.datapath.workers.map { $0.heading + $0.pauses.text }.joined()
      }
    ]
  }
}

extension PauseHistogram {
  fileprivate var text: String {
    guard rounds > 0 else { return "  rounds with commands: 0\n" }
    var text = "  rounds with commands: \(rounds)\n"
    for (name, fraction) in [("50", 0.5), ("99", 0.99), ("99.9", 0.999), ("99.99", 0.9999)] {
      text += "  \(name) % of them took less than: \(formatted("%.1f", quantile(fraction))) us\n"
    }
    return text + "  longest: \(formatted("%.1f", longestMicroseconds)) us\n"
  }
}
