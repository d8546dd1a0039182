import Bridges
import JSONRPC

/// `fdb/*`: learned addresses (ovs-vswitchd(8), "BRIDGE COMMANDS").
enum LearningCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    let pipeline = sw.pipeline
    return [
      ControlCommand.answering(name: "fdb/show", usage: "bridge", arguments: 1...1) { arguments in
        try pipeline.showLearned(arguments[0])
      },
      ControlCommand.answering(name: "fdb/stats-show", usage: "bridge", arguments: 1...1) {
        arguments in
        try pipeline.showLearning(arguments[0])
      },
      ControlCommand.answering(name: "fdb/stats-clear", usage: "[bridge]", arguments: 0...1) {
        arguments in
        try pipeline.clearLearning(arguments.first)
      },
      ControlCommand.answering(name: "fdb/flush", usage: "[bridge]", arguments: 0...1) {
        arguments in
        try pipeline.flushLearned(arguments.first)
      },
      ControlCommand.answering(
        name: "fdb/add", usage: "bridge port vlan mac", arguments: 4...4
      ) { arguments in
        try pipeline.addLearned(
          arguments[0], port: arguments[1], vlan: arguments[2], address: arguments[3])
        return ""
      },
      ControlCommand.answering(name: "fdb/del", usage: "bridge vlan mac", arguments: 3...3) {
        arguments in
        try pipeline.removeLearned(arguments[0], vlan: arguments[1], address: arguments[2])
        return ""
      },
    ]
  }
}
