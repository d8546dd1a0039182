import Bridges
import JSONRPC
import Runtime

/// `time/*`: simulated time (with `--enable-dummy`). `time/stop` stops the clock for good, `time/warp`
/// moves it; timers that come due on the way run in their order, and the megaflows are looked after
/// once at the end.
enum TimeCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(name: "time/stop", usage: "", arguments: 0...0) { _ in
        Clock.shared.stop()
        return ""
      },
      ControlCommand(
        name: "time/warp", usage: "[large_msecs] msecs", arguments: 1...2
      ) { request in
        warp(sw, request)
      },
    ]
  }

  private static func warp(_ sw: Switch, _ request: ControlRequest) {
    let numbers = request.arguments.compactMap { Int64($0) }
    guard numbers.count == request.arguments.count, let total = numbers.first, total > 0,
      let step = numbers.last, step > 0
    else { return request.fail("invalid MSECS") }
    Clock.shared.warp(total: total, step: step) {
      sw.datapath.quiesce()
      sw.pipeline.megaflows.revalidate()
      request.reply("warped")
    }
  }
}
