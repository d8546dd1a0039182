import Bridges
import JSONRPC

/// `exit [--cleanup]`: ends the daemon; with `--cleanup` ports are taken down first.
enum ExitCommand {
  static func all(
    _ current: @escaping () -> Switch?, end: @escaping () -> Void
  ) -> [ControlCommand] {
    [
      ControlCommand(name: "exit", usage: "[--cleanup]", arguments: 0...1) { request in
        if request.arguments.first == "--cleanup" { current()?.removeAll() }
        request.reply()
        end()
      }
    ]
  }
}
