import OpenFlow
import Runtime

private let log = Log("connmgr")

/// Tells the log how many flow-mods came over a connection: ten seconds after the first, then not for a
/// minute, so that a busy controller costs a line a minute.
struct FlowModLog {
  private var adds = 0
  private var deletes = 0
  private var modifications = 0
  private var first: Int64 = 0
  private var last: Int64 = 0
  /// When to tell; nil when there is nothing to.
  private var due: Int64?
  private var notBefore = Int64.min

  private static let delay: Int64 = 10_000
  private static let pause: Int64 = 60_000

  mutating func count(_ command: FlowMod.Command, at now: Int64) {
    switch command {
    case .add: adds += 1
    case .modify, .modifyStrict: modifications += 1
    case .delete, .deleteStrict: deletes += 1
    }
    if due == nil {
      first = now
      let time = max(now &+ Self.delay, notBefore)
      due = time
      notBefore = time &+ Self.pause
    }
    last = now
  }

  mutating func reportIfDue(_ name: String, at now: Int64) {
    if let due, now >= due { report(name, at: now) }
  }

  mutating func report(_ name: String, at now: Int64) {
    due = nil
    let text = text(at: now)
    if let text { log.info("\(name): \(text)") }
    (adds, deletes, modifications) = (0, 0, 0)
  }

  func text(at now: Int64) -> String? {
    let total = adds + deletes + modifications
    guard total > 0 else { return nil }
    let ago = (now &- first) / 1000
    let interval = (last &- first) / 1000
    let time =
      interval == ago
      ? "in the last \(ago) s"
      : interval > 0 ? "in the \(interval) s starting \(ago) s ago" : "\(ago) s ago"
    let parts = [(adds, "adds"), (deletes, "deletes"), (modifications, "modifications")]
      .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return "\(total) flow_mods \(time) (\(parts.joined(separator: ", ")))"
  }
}
