import Datapath
import Runtime

private let performanceLog = Log("pmd_perf")
private let suspects = LogRateLimit(600, 600)

/// Logs rounds of PMD threads that took suspiciously long or met a full queue of a guest, with those before and after
/// (`dpif-netdev/pmd-perf-log-set`). Workers find them while `pmd-perf-metrics` is on, and keep one
/// until it was logged here; so of many at once some are not logged.
public final class RoundLog {
  public struct Settings: Equatable, Sendable {
    var isOn = false
    var before = 5
    var after = 5
    var extends = false
    var microseconds = 250
    /// Packets in a guest's queue.
    var queueLength = 128

    /// With the arguments of the command; nil when they are wrong.
    public func changed(_ arguments: [String]) -> Settings? {
      var new = self
      var rest = arguments[...]
      func number() -> Int? { rest.popFirst().flatMap { UInt32($0) }.map { Int($0) } }
      while let argument = rest.popFirst() {
        switch argument {
        case "on", "off": new.isOn = argument == "on"
        case "-e", "-ne": new.extends = argument == "-e"
        case "-b", "-a", "-us", "-q":
          guard let value = number() else { return nil }
          new.set(argument, value)
        default: return nil
        }
      }
      new.after = min(new.after, Self.longest - new.before)
      return new
    }

    private static let longest = RoundMetrics.historyLength - 2

    private mutating func set(_ option: String, _ value: Int) {
      switch option {
      case "-b": before = min(value, Self.longest)
      case "-a": after = min(value, Self.longest)
      case "-us": microseconds = value
      default: queueLength = value
      }
    }

    var watch: RoundMetrics.Watch? {
      guard isOn else { return nil }
      let cycles = UInt64(microseconds) * Datapath.cyclesPerSecond / 1_000_000
      return RoundMetrics.Watch(
        cycles: cycles, queueFill: UInt64(queueLength), before: UInt64(before),
        after: UInt64(after), extends: extends)
    }

    var text: String {
      "\(isOn ? "on" : "off"), before=\(before), after=\(after), extend=\(extends), "
        + "us_thr=\(microseconds), q_thr=\(queueLength)"
    }
  }

  public var settings = Settings() {
    didSet {
      performanceLog.info("pmd-perf-log-set: \(settings.text)")
      onChange?()
    }
  }
  var onChange: (() -> Void)?

  /// Every second.
  func write(_ found: [RoundMetrics.Suspect]) {
    let watch = settings.watch
    for suspect in found {
      let us = suspect.round.cycles * 1_000_000 / max(1, Datapath.cyclesPerSecond)
      let isLong = watch.map { suspect.round.cycles > $0.cycles } ?? true
      let reason = isLong ? "Excessive total cycles" : "Vhost RX queue full"
      performanceLog.warnRL(
        suspects,
        "Suspicious iteration (\(reason)): iter=\(suspect.round.time) duration=\(us) us")
      performanceLog.warnRL(
        suspects,
        "Neighborhood of suspicious iteration:\n\(RoundText.rounds(suspect.neighbours))")
    }
  }
}
