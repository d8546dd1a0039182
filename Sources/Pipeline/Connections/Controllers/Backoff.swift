/// How long to wait before the next attempt to connect: 1 second, then twice as long each time up to
/// a limit; 1 second again after a connection that lasted longer than the last wait. Pure.
///
/// Milliseconds. The rules are those of OVS's rconn, since operators know them by their log lines.
struct Backoff: Equatable {
  enum Step: Equatable {
    case again
    /// Longer than before: worth a line in the log.
    case longer
    /// As long as it gets.
    case longest
  }

  /// The present wait.
  private(set) var wait: Int64 = 0
  private(set) var limit: Int64
  /// From then on a connection counts as one that lasted.
  private var deadline = Int64.min

  private static let least: Int64 = 1000

  init(limit: Int64) { self.limit = limit }

  /// Whether attempts are still worth a line in the log.
  var isNews: Bool { wait < limit }
  /// How long an attempt may take.
  var patience: Int64 { max(Self.least, wait) }

  mutating func setLimit(_ limit: Int64) {
    self.limit = limit
    wait = min(wait, limit)
  }

  mutating func attempted(at now: Int64) { deadline = now &+ wait }

  /// An attempt could not even begin, or took too long: whatever the time, it did not last.
  mutating func gaveUp() { deadline = .max }

  mutating func lost(at now: Int64) -> Step {
    let step: Step
    if now >= deadline {
      wait = Self.least
      step = .again
    } else if wait < limit / 2 {
      wait = max(Self.least, 2 * wait)
      step = .longer
    } else {
      step = .longest
      wait = limit
    }
    deadline = now &+ wait
    return step
  }
}
