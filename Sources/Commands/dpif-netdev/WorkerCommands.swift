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
        let seconds = window(request.arguments)
        let text = busy.map { worker in
          worker.queuesText(
            since: sw.workerHistory.worker(worker.id, secondsAgo: seconds), portName: sw.portName)
        }.joined()
        request.reply("Displaying last \(seconds) seconds pmd usage %\n" + text)
      },
    ]
  }

  /// `-secs`, in steps of 5 as they are sampled, a minute at most.
  private static func window(_ arguments: [String]) -> Int {
    guard let flag = arguments.firstIndex(of: "-secs"), flag + 1 < arguments.count,
      let seconds = Int(arguments[flag + 1])
    else { return 60 }
    return min(max((seconds &+ 4) / 5 * 5, 5), 60)
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
  /// One worker of `pmd-rxq-show`: what its queues used since an earlier sample.
  func queuesText(since past: WorkerDescription?, portName: (PortNumber) -> String) -> String {
    var text = heading + "  isolated : false\n"
    let total = cycles &- (past?.cycles ?? cycles)
    for (queue, now) in zip(queues, queueCycles) {
      let before = past.flatMap { p in p.queues.firstIndex(of: queue).map { p.queueCycles[$0] } }
      text += "  port: \(portName(queue.port).padded(16))"
      text += "  queue-id: \(String(queue.queue).paddedLeft(2))"
      text += queue.enabled ? " (enabled) " : " (disabled)"
      text += "  pmd usage: \(share(now &- min(before ?? now, now), total))\n"
    }
    // The time between bursts is in the queues' figures.
    return queues.isEmpty ? text : text + "  overhead: \(share(0, total))\n"
  }

  private func share(_ part: UInt64, _ whole: UInt64) -> String {
    guard whole > 0 else { return "NOT AVAIL" }
    return String(UInt64(Double(part) / Double(whole) * 100)).paddedLeft(2) + " %"
  }
}
