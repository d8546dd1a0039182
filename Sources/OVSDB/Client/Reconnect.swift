/// When to try to connect again. Pure: the client asks, waits and acts.
///
/// The first attempt comes at once, and so does the first after a connection that worked. Then the
/// wait grows: over a network 1, 2, 4 and at most 8 seconds, as in OVS; a unix socket costs nothing to
/// try, so there it stays below half a second and a restarted server is found quickly.
struct Reconnect {
  /// Milliseconds to wait before the next attempt.
  private(set) var backoff: Int64 = 0
  private var failures = 0
  private var works = false
  private let isLocal: Bool

  init(isLocal: Bool) { self.isLocal = isLocal }

  /// Whether the log should tell of attempts; after some failures it was told enough.
  var isQuiet: Bool { failures > 3 }
  /// Whether this failure is the one after which the log falls silent.
  var fallsSilent: Bool { failures == 3 }

  /// The connection has brought us up to date: it works.
  mutating func succeeded() {
    failures = 0
    backoff = 0
    works = true
  }

  /// A connection is gone.
  mutating func dropped() {
    if !works { failed() }
    works = false
  }

  /// An attempt failed, or its connection never got to work.
  mutating func failed() {
    failures += 1
    let least: Int64 = isLocal ? 100 : 1000
    let most: Int64 = isLocal ? 400 : 8000
    backoff = min(max(least, backoff * 2), most)
  }
}
