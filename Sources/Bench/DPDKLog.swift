import CDPDKShim
import Runtime

/// What DPDK says, which users see only as the reason of an error. Any thread.
final class DPDKLog: @unchecked Sendable {
  static let shared = DPDKLog()
  private let lines = Locked<[String]>([])

  /// Of lines of level error or worse the last few are kept.
  func add(_ line: String) {
    guard pb_log_level() <= 4 else { return }
    lines.withLock {
      $0.append(line)
      if $0.count > 3 { $0.removeFirst() }
    }
  }

  /// Forgets what was said before.
  func collecting<R>(_ body: () -> R) -> R {
    lines.withLock { $0 = [] }
    return body()
  }

  /// For the end of an error's text.
  var suffix: String {
    let said = lines.withLock { $0 }
    return said.isEmpty ? "" : " (DPDK: \(said.joined(separator: "; ")))"
  }
}
