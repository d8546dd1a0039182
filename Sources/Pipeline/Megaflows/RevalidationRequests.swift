import Glibc
import Synchronization

/// What the revalidator thread sleeps on: it wakes for a request, or when its time has come. Any
/// number of requests that come while it works make one more round.
final class RevalidationRequests: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var isRequested = false
  private var isStopped = false
  private var completions: [() -> Void] = []

  init() {
    mutex = .allocate(capacity: 1)
    condition = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Asks for a round that starts after now; `completion` is called behind it.
  func request(_ completion: (() -> Void)? = nil) {
    locked {
      let isNews = !isRequested || completion != nil
      isRequested = true
      if let completion { completions.append(completion) }
      if isNews { pthread_cond_signal(condition) }
    }
  }

  var hasCompletions: Bool { locked { !completions.isEmpty } }

  /// Those who wait for a round that starts after now.
  func takeCompletions() -> [() -> Void] {
    locked {
      defer { completions = [] }
      return completions
    }
  }

  /// Sleeps as long as the last round took, within limits: revalidation shall not eat more than half
  /// a core, however often something changes. Not while somebody waits for a round: he changes nothing
  /// meanwhile.
  func rest(_ milliseconds: Int64) {
    guard milliseconds > 1 else { return }
    var deadline = Self.deadline(in: min(milliseconds, 50))
    locked {
      while completions.isEmpty, !isStopped {
        if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { break }
      }
    }
  }

  func stop() {
    locked {
      isStopped = true
      pthread_cond_signal(condition)
    }
  }

  /// Waits for a request, but no longer than that. The completions to call after the round; nil to
  /// end.
  func wait(atMost milliseconds: Int64) -> [() -> Void]? {
    var deadline = Self.deadline(in: min(max(milliseconds, 1), 3_600_000))
    return locked {
      while !isRequested, !isStopped {
        if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT { break }
      }
      isRequested = false
      defer { completions = [] }
      return isStopped ? nil : completions
    }
  }

  private static func deadline(in milliseconds: Int64) -> timespec {
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    let nanoseconds = Int64(deadline.tv_nsec) + milliseconds * 1_000_000
    deadline.tv_sec += Int(nanoseconds / 1_000_000_000)
    deadline.tv_nsec = Int(nanoseconds % 1_000_000_000)
    return deadline
  }

  private func locked<T>(_ body: () -> T) -> T {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }
}
