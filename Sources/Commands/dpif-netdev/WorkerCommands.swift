import Bridges
import Datapath
import JSONRPC
import Runtime

/// `dpif-netdev/pmd-*`: what the workers do (dpif-netdev(7)).
enum WorkerCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand(
        name: "dpif-netdev/pmd-stats-show", usage: "[-pmd core] [dp]", arguments: 0...3
      ) { request in
        request.reply(selected(sw, request.arguments).map(\.statisticsText).joined())
      },
      ControlCommand(
        name: "dpif-netdev/pmd-stats-clear", usage: "[-pmd core] [dp]", arguments: 0...3
      ) { request in
        sw.datapath.clearCounters()
        request.reply("")
      },
      ControlCommand(
        name: "dpif-netdev/pmd-rxq-show", usage: "[-pmd core] [-secs secs] [dp]", arguments: 0...5
      ) { request in
        let busy = selected(sw, request.arguments).filter { $0.core != nil }
        let text = busy.map { $0.queuesText(portName: sw.portName) }.joined()
        request.reply("Displaying last 60 seconds pmd usage %\n" + text)
      },
    ]
  }

  /// The workers of `-pmd core`, or all: busy ones by core, then the event worker.
  private static func selected(_ sw: Switch, _ arguments: [String]) -> [WorkerDescription] {
    let workers = sw.datapath.workers.sorted { ($0.core ?? .max) < ($1.core ?? .max) }
    guard let flag = arguments.firstIndex(of: "-pmd"), flag + 1 < arguments.count,
      let core = Int(arguments[flag + 1])
    else { return workers }
    return workers.filter { $0.core == core }
  }
}

extension WorkerDescription {
  /// One worker of `pmd-rxq-show`.
  func queuesText(portName: (PortNumber) -> String) -> String {
    var text = heading + "  isolated : false\n"
    for q in queues {
      text += "  port: \(portName(q.port).padded(16))  queue-id: \(String(q.queue).paddedLeft(2))"
      text += q.enabled ? " (enabled) " : " (disabled)"
      text += "  pmd usage: NOT AVAIL\n"
    }
    return text + "  overhead: NOT AVAIL\n"
  }
}
