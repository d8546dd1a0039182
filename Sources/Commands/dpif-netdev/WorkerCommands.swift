import Bridges
import Datapath
import JSONRPC
import Runtime

/// `dpif-netdev/pmd-*`: what the workers do (dpif-netdev(7)).
enum WorkerCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      selecting(sw, "pmd-stats-show", "[-pmd core] [dp]", 0...3) { selection in
        selection.workers(of: sw).map(\.statisticsText).joined()
      },
      selecting(sw, "pmd-stats-clear", "[-pmd core] [dp]", 0...3) { selection in
        sw.datapath.clearCounters(core: selection.core)
        return ""
      },
      selecting(sw, "pmd-rxq-show", "[-pmd core] [-secs secs] [dp]", 0...5) { selection in
        queuesText(sw, selection)
      },
      selecting(sw, "pmd-sleep-show", "[dp]", 0...1) { selection in
        sleepText(sw, selection.workers(of: sw))
      },
      ControlCommand.answering(
        name: "dpif-netdev/pmd-rxq-rebalance", usage: "[dp]", arguments: 0...1
      ) { arguments in
        try DatapathName.check(arguments, in: sw)
        sw.datapath.rebalanceQueues()
        return "pmd rxq rebalance requested.\n"
      },
    ]
  }

  private static func selecting(
    _ sw: Switch, _ name: String, _ usage: String, _ range: ClosedRange<Int>,
    _ answer: @escaping (WorkerSelection) throws -> String
  ) -> ControlCommand {
    ControlCommand.answering(name: "dpif-netdev/" + name, usage: usage, arguments: range) {
      try answer(WorkerSelection($0, in: sw))
    }
  }

  private static func queuesText(_ sw: Switch, _ selection: WorkerSelection) -> String {
    let workers = selection.workers(of: sw)
    guard !workers.isEmpty else { return "" }
    return "Displaying last \(selection.seconds) seconds pmd usage %\n"
      + workers.filter { $0.core != nil }.map { worker in
        let usage = sw.datapath.usage(of: worker.id, seconds: selection.seconds)
        return worker.queuesText(usage, portName: sw.portName, isOn: sw.datapath.isOn)
      }.joined()
  }

  private static func sleepText(_ sw: Switch, _ workers: [WorkerDescription]) -> String {
    func text(_ sleep: Int) -> String { String(sleep).paddedLeft(4) + " us\n" }
    return "Default max sleep: \(text(sw.datapath.workerOptions.maximumSleep))"
      + workers.filter { $0.core != nil }.map {
        $0.heading + "  max sleep: \(text($0.maximumSleep))"
      }.joined()
  }
}

extension WorkerDescription {
  /// One worker of `pmd-rxq-show`: what its queues have used.
  func queuesText(
    _ usage: LoadHistory.Usage, portName: (PortNumber) -> String, isOn: (ReceiveQueue) -> Bool
  ) -> String {
    var text = heading + "  isolated : \(isIsolated)\n"
    let named = queues.map { (name: portName($0.port), queue: $0) }
    var used: UInt64 = 0
    for (name, queue) in named.sorted(by: { ($0.name, $0.queue) < ($1.name, $1.queue) }) {
      let cycles = usage.queues[queue] ?? 0
      used &+= cycles
      text += "  port: \(name.padded(16))  queue-id: \(String(queue.queue).paddedLeft(2))"
      text += isOn(queue) ? " (enabled) " : " (disabled)"
      text += "  pmd usage: \(share(cycles, usage.total))\n"
    }
    guard !queues.isEmpty else { return text }
    return text + "  overhead: \(share(usage.busy &- min(used, usage.busy), usage.total))\n"
  }

  private func share(_ part: UInt64, _ whole: UInt64) -> String {
    whole == 0 ? "NOT AVAIL" : String(part &* 100 / whole).paddedLeft(2) + " %"
  }
}
