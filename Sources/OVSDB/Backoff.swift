/// When to try the next connection. The first attempt comes at once; then the wait doubles, from
/// 100 ms to 1 s for a socket on this machine, whose server usually is just being restarted, and
/// from 1 s to 8 s for a remote one, as OVS does it.
struct Backoff: Equatable {
  private let shortest: Int64
  private let longest: Int64
  private var next: Int64 = 0

  init(remote: String) {
    let isLocal = remote.hasPrefix("unix:")
    shortest = isLocal ? 100 : 1000
    longest = isLocal ? 1000 : 8000
  }

  /// Milliseconds to wait before the next attempt.
  mutating func take() -> Int64 {
    defer { next = next == 0 ? shortest : min(next * 2, longest) }
    return next
  }

  mutating func succeed() { next = 0 }
}
