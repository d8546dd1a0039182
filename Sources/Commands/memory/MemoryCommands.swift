import Bridges
import JSONRPC

/// `memory/show`: how many of the things there are that take memory.
enum MemoryCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(name: "memory/show", usage: "", arguments: 0...0) { _ in
        var counts = sw.memoryUsage()
        counts["ports"] = sw.bridges.values.reduce(0) { $0 + $1.ports.count }
        counts["rules"] = sw.bridges.values.reduce(0) { $0 + $1.pipeline.flowCount }
        counts["handlers"] = sw.pipeline.megaflows.translators
        counts["revalidators"] = 1
        let keys = sw.pipeline.megaflows.count
        if keys > 0 { counts["udpif keys"] = keys }
        return counts.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
          .joined(separator: " ") + "\n"
      }
    ]
  }
}
