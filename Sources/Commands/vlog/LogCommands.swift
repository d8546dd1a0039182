import JSONRPC
import Runtime

/// `vlog/*`: levels, patterns and the log file (ovs-appctl(8), "LOGGING COMMANDS").
enum LogCommands {
  static func all() -> [ControlCommand] {
    let center = LogCenter.shared
    return [
      ControlCommand.answering(
        name: "vlog/set", usage: "{spec | PATTERN:destination:pattern}", arguments: 1...Int.max
      ) { arguments in
        for argument in arguments { try center.apply(argument) }
        return ""
      },
      ControlCommand.answering(name: "vlog/list", usage: "", arguments: 0...0) { _ in
        center.levelsReport()
      },
      ControlCommand.answering(name: "vlog/list-pattern", usage: "", arguments: 0...0) { _ in
        center.patternsReport()
      },
      ControlCommand.answering(name: "vlog/reopen", usage: "", arguments: 0...0) { _ in
        try center.reopenFile()
        return ""
      },
      ControlCommand.answering(name: "vlog/close", usage: "", arguments: 0...0) { _ in
        center.closeFile()
        return ""
      },
      ControlCommand.answering(
        name: "vlog/enable-rate-limit", usage: "[module]...", arguments: 0...Int.max
      ) { modules in
        try center.setRateLimits(true, modules: modules)
        return ""
      },
      ControlCommand.answering(
        name: "vlog/disable-rate-limit", usage: "[module]...", arguments: 0...Int.max
      ) { modules in
        try center.setRateLimits(false, modules: modules)
        return ""
      },
    ]
  }
}
