import JSONRPC
import Runtime

/// `coverage/*`: how often noteworthy lines of control code ran (ovs-appctl(8)).
enum CoverageCommands {
  static func all() -> [ControlCommand] {
    [
      ControlCommand.answering(name: "coverage/show", usage: "", arguments: 0...0) { _ in
        Coverage.report()
      },
      ControlCommand.answering(
        name: "coverage/read-counter", usage: "COUNTER", arguments: 1...1
      ) { arguments in
        try Coverage.readCounter(arguments[0])
      },
    ]
  }
}
