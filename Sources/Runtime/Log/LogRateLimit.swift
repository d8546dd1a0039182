/// A token bucket for messages that input from outside can cause: `rate` messages per minute on
/// average, `burst` at once. Declare one per kind of message, next to the code that logs it.
public final class LogRateLimit: Sendable {
  enum Verdict {
    case drop
    /// Log it, and before it the report on the messages that were dropped, if any.
    case pass(report: String?)
  }

  private struct State {
    var tokens: Int64 = 0
    var lastFill: Int64 = .min
    var dropped = 0
    var firstDropped: Int64 = 0
    var lastDropped: Int64 = 0
  }

  /// A message's price. A bucket gains `rate` tokens per millisecond: one message per minute at rate 1.
  private static let price: Int64 = 60_000

  private let rate: Int64
  private let burst: Int64
  private let state: Locked<State>

  public init(_ rate: Int, _ burst: Int) {
    self.rate = Int64(rate)
    self.burst = Int64(burst) * Self.price
    state = Locked(State())
  }

  /// Decides on one message. `now` is monotonic, in milliseconds.
  func admit(now: Int64) -> Verdict {
    state.withLock { state in
      if state.tokens < Self.price { refill(&state, now: now) }
      guard state.tokens >= Self.price else {
        if state.dropped == 0 { state.firstDropped = now }
        state.lastDropped = now
        state.dropped += 1
        return .drop
      }
      state.tokens -= Self.price
      defer { state.dropped = 0 }
      return .pass(report: state.dropped == 0 ? nil : report(state, now: now))
    }
  }

  private func refill(_ state: inout State, now: Int64) {
    let elapsed = state.lastFill == .min ? burst : max(0, now &- state.lastFill)
    let gain = elapsed.multipliedReportingOverflow(by: rate)
    state.tokens = gain.overflow ? burst : min(burst, state.tokens &+ min(gain.partialValue, burst))
    state.lastFill = now
  }

  private func report(_ state: State, now: Int64) -> String {
    let first = now / 1000 - state.firstDropped / 1000
    let last = now / 1000 - state.lastDropped / 1000
    return "Dropped \(state.dropped) log messages in last \(first) seconds (most recently, "
      + "\(last) seconds ago) due to excessive rate"
  }
}
