import Glibc

/// Closes taps that are to vanish, several at a time.
///
/// The last close of a tap waits until every CPU has let go of the device: some 50 ms, nearly all of
/// it asleep. A thousand of them one after the other would hold the control thread for a minute, so
/// they are closed by up to 16 short-lived threads, and whoever needs the names free calls `wait`.
///
/// Any thread.
public enum TapRemoval {
  private static let lock = Lock()
  private static var waiting: [Int32] = []
  private static var threads = 0
  private static let maximumThreads = 16

  /// Takes over the descriptor.
  static func close(_ descriptor: Int32) {
    let mustStart = lock.withLock { () -> Bool in
      waiting.append(descriptor)
      guard threads < maximumThreads else { return false }
      threads += 1
      return true
    }
    guard mustStart else { return }
    var thread = pthread_t()
    let failed = pthread_create(
      &thread, nil,
      { _ in
        TapRemoval.work()
        return nil
      }, nil)
    if failed == 0 { pthread_detach(thread) } else { work() }
  }

  /// Returns when all taps are gone.
  public static func wait() {
    while lock.withLock({ threads > 0 }) { usleep(1000) }
  }

  private static func work() {
    while true {
      let next = lock.withLock { () -> Int32? in
        if let descriptor = waiting.popLast() { return descriptor }
        threads -= 1
        return nil
      }
      guard let next else { return }
      _ = Glibc.close(next)
    }
  }
}
