/// Whether the other side of a connection is still there: after some silence it is asked, and after as
/// much silence again it is given up. Pure; milliseconds.
struct Liveness {
  enum Verdict: Equatable {
    /// Look again then.
    case fine(until: Int64)
    /// Ask, and look again then.
    case ask(until: Int64)
    case dead
    /// Nobody cares.
    case unwatched
  }

  var interval: Int64?
  private(set) var lastActivity: Int64
  private var asked: Int64?

  init(interval: Int64?, now: Int64) {
    self.interval = interval
    lastActivity = now
  }

  /// Whether an answer is waited for.
  var isIdle: Bool { asked != nil }

  /// Something came. True if it was waited for.
  mutating func heard(at now: Int64) -> Bool {
    lastActivity = now
    defer { asked = nil }
    return asked != nil
  }

  /// Something that was sent has left. The other side read it, but did not say that it is there.
  mutating func sent(at now: Int64) { lastActivity = max(lastActivity, now) }

  mutating func check(at now: Int64) -> Verdict {
    guard let interval else { return .unwatched }
    if let asked {
      return now >= asked &+ interval ? .dead : .fine(until: asked &+ interval)
    }
    guard now >= lastActivity &+ interval else { return .fine(until: lastActivity &+ interval) }
    asked = now
    return .ask(until: now &+ interval)
  }

  /// Seconds of silence.
  func silence(at now: Int64) -> Int64 { (now &- lastActivity) / 1000 }
}
