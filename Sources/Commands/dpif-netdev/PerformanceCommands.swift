import Bridges
import Datapath
import Glibc
import JSONRPC
import Runtime

/// `dpif-netdev/pmd-perf-*`: rounds of the poll loop in detail (dpif-netdev(7)).
enum PerformanceCommands {
  static func all(_ sw: Switch) -> [ControlCommand] {
    [
      ControlCommand.answering(
        name: "dpif-netdev/pmd-perf-show",
        usage: "[-nh] [-it iter-history-len] [-ms ms-history-len] [-pmd core] [dp]",
        arguments: 0...8
      ) { arguments in
        let options = Options(arguments)
        let workers = try WorkerSelection(options.rest, in: sw).workers(of: sw)
        return workers.filter { $0.core != nil }.map { show(sw, $0, options) }.joined()
      },
      ControlCommand.answering(
        name: "dpif-netdev/pmd-perf-log-set",
        usage: "on|off [-b before] [-a after] [-e|-ne] [-us usec] [-q qlen]", arguments: 0...10
      ) { arguments in
        guard let new = sw.roundLog.settings.changed(arguments) else {
          throw TextError(
            "Usage: ovs-appctl dpif-netdev/pmd-perf-log-set [on|off] [-b before] [-a after] "
              + "[-e|-ne] [-us usec] [-q qlen]")
        }
        sw.roundLog.settings = new
        return ""
      },
    ]
  }

  /// The options come first, in any order; what follows is for `WorkerSelection`.
  private struct Options {
    var showsHistograms = true
    var rounds = 0
    var milliseconds = 0
    var rest: [String]

    init(_ arguments: [String]) {
      rest = arguments
      while let option = rest.first {
        if option == "-nh" {
          showsHistograms = false
          rest.removeFirst()
        } else if ["-it", "-ms"].contains(option), rest.count > 1 {
          let length = min(max(strtol(rest[1], nil, 10), 0), RoundMetrics.historyLength)
          if option == "-it" { rounds = length } else { milliseconds = length }
          rest.removeFirst(2)
        } else {
          return
        }
      }
    }
  }

  private static func show(
    _ sw: Switch, _ worker: WorkerDescription, _ options: Options
  ) -> String {
    let seconds = Double(worker.countedMilliseconds) / 1000
    var text = "\nTime: \(timeOfDay())\n"
    text += "Measurement duration: \(formatted("%.3f", seconds)) s\n\n\(worker.heading)\n"
    text += worker.performanceText(seconds: seconds, hertz: Double(Datapath.cyclesPerSecond))
    guard let metrics = sw.datapath.metrics(worker: worker.id) else { return text }
    if options.showsHistograms { text += "\n" + metrics.histogramsText }
    if options.rounds > 0 {
      text += "\n" + RoundText.rounds(Array(metrics.rounds.prefix(options.rounds)))
    }
    if options.milliseconds > 0 {
      let shown = metrics.milliseconds.prefix(options.milliseconds)
      text += "\n" + RoundText.milliseconds(Array(shown))
    }
    return text
  }

  private static func timeOfDay() -> String {
    let ms = Clock.shared.wallMilliseconds
    let s = ms / 1000 % 86_400
    return formatted("%02ld:%02ld:%02ld.%03ld", s / 3600, s / 60 % 60, s % 60, ms % 1000)
  }
}

extension WorkerDescription {
  /// The figures that are always there.
  fileprivate func performanceText(seconds: Double, hertz: Double) -> String {
    guard seconds > 0 else { return "" }
    return roundsText(seconds, hertz) + receivedText(seconds) + sentText(seconds)
  }

  private func roundsText(_ seconds: Double, _ hertz: Double) -> String {
    let c = counters
    let (used, rounds) = (c.busyCycles &+ c.idleCycles, c.busyIterations &+ c.idleIterations)
    let perUs = hertz / 1_000_000
    let slept = Double(c.sleepCycles) / perUs
    func line(_ name: String, _ value: UInt64, _ format: String, _ more: Double) -> String {
      "  \(name.padded(19)) \(String(value).paddedLeft(12))  (\(formatted(format, more)))\n"
    }
    func of(_ part: UInt64, _ whole: UInt64) -> Double {
      whole == 0 ? 0 : 100 * Double(part) / Double(whole)
    }
    return line(
      "Iterations:", rounds, "%.2f us/it",
      rounds == 0 ? 0 : Double(used &+ c.sleepCycles) / perUs / Double(rounds))
      + line(
        "- Used TSC cycles:", used, "%5.1f %% of total cycles",
        100 * Double(used) / seconds / hertz)
      + line(
        "- idle iterations:", c.idleIterations, "%5.1f %% of used cycles",
        of(c.idleCycles, used))
      + line(
        "- busy iterations:", c.busyIterations, "%5.1f %% of used cycles",
        of(c.busyCycles, used))
      + line(
        "- sleep iterations:", c.sleepIterations, "%5.1f %% of iterations",
        of(c.sleepIterations, rounds))
      + "  Sleep time (us):    \(formatted("%12.0f", slept))  "
      + "(\(formatted("%3.0f", c.sleepIterations == 0 ? 0 : slept / Double(c.sleepIterations))) "
      + "us/iteration avg.)\n"
  }

  private func receivedText(_ seconds: Double) -> String {
    let c = counters
    let passes = c.packetsReceived &+ c.packetsRecirculated
    func line(_ name: String, _ value: UInt64, _ more: String) -> String {
      "  \(name.padded(19))\(String(value).paddedLeft(13))  (\(more))\n"
    }
    func share(_ value: UInt64) -> String {
      formatted("%5.1f %%", 100 * Double(value) / Double(passes))
    }
    guard c.packetsReceived > 0 else { return "  Rx packets:         \("0".paddedLeft(12))\n" }
    let upcalls = c.misses &- min(c.misses, c.lost)
    let us = Double(c.missCycles) / Double(Datapath.cyclesPerSecond) * 1_000_000
    return line(
      "Rx packets:", c.packetsReceived,
      formatted(
        "%.0f Kpps, %.0f cycles/pkt", Double(c.packetsReceived) / seconds / 1000,
        Double(c.busyCycles) / Double(c.packetsReceived)))
      + line("Datapath passes:", passes, "\(ratio(passes, c.packetsReceived)) passes/pkt")
      + line("- PHWOL hits:", 0, share(0)) + line("- MFEX Opt hits:", 0, share(0))
      + line("- Simple Match hits:", 0, share(0))
      + line("- EMC hits:", c.cacheHits, share(c.cacheHits))
      + line("- SMC hits:", 0, share(0))
      + line(
        "- Megaflow hits:", c.megaflowHits,
        share(c.megaflowHits) + ", \(ratio(c.megaflowLookups, c.megaflowHits)) subtbl lookups/hit")
      + line(
        "- Upcalls:", upcalls,
        share(upcalls) + formatted(", %.1f us/upcall", upcalls == 0 ? 0 : us / Double(upcalls)))
      + line("- Lost upcalls:", c.lost, share(c.lost))
  }

  private func sentText(_ seconds: Double) -> String {
    let c = counters
    guard c.packetsSent > 0 else { return "  Tx packets:         \("0".paddedLeft(12))\n\n" }
    return "  Tx packets:         \(String(c.packetsSent).paddedLeft(12))  "
      + "(\(formatted("%.0f", Double(c.packetsSent) / seconds / 1000)) Kpps)\n"
      + "  Tx batches:         \(String(c.sendBursts).paddedLeft(12))  "
      + "(\(ratio(c.packetsSent, c.sendBursts)) pkts/batch)\n"
  }
}
