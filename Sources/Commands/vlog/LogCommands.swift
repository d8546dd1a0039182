import JSONRPC
import Runtime

/// `vlog/*`: levels, patterns and the log file (ovs-appctl(8), "LOGGING COMMANDS").
enum LogCommands {
  static func all() -> [ControlCommand] {
    let center = LogCenter.shared
    return [
      ControlCommand(
        name: "vlog/set", usage: "{spec | PATTERN:destination:pattern}", arguments: 1...Int.max
      ) { arguments in
        for argument in arguments { try center.apply(argument) }
        return ""
      },
      ControlCommand(name: "vlog/list", usage: "", arguments: 0...0) { _ in
        center.levelsReport()
      },
      ControlCommand(name: "vlog/list-pattern", usage: "", arguments: 0...0) { _ in
        center.patternsReport()
      },
      ControlCommand(name: "vlog/reopen", usage: "", arguments: 0...0) { _ in
        try center.reopenFile()
        return ""
      },
      ControlCommand(name: "vlog/close", usage: "", arguments: 0...0) { _ in
        center.closeFile()
        return ""
      },
      ControlCommand(
        name: "vlog/enable-rate-limit", usage: "[module]...", arguments: 0...Int.max
      ) { modules in
        try center.setRateLimits(true, modules: modules)
        return ""
      },
      ControlCommand(
        name: "vlog/disable-rate-limit", usage: "[module]...", arguments: 0...Int.max
      ) { modules in
        try center.setRateLimits(false, modules: modules)
        return ""
      },
    ]
  }
}
