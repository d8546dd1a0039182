import CDPDKShim
import Runtime

/// Taps that are open: they outlive the process, and whoever opens one next may not know what an
/// unfinished frame is. So the kernel is told at exit to finish all frames again.
enum OpenTaps {
  private static let descriptors = Locked(Set<Int32>())
  private static let registerOnce: Void = ExitHooks.atExit {
    descriptors.withLock { for tap in $0 { _ = pb_tap_set_offload(tap, 0) } }
  }

  static func add(_ descriptor: Int32) {
    registerOnce
    descriptors.withLock { _ = $0.insert(descriptor) }
  }

  static func remove(_ descriptor: Int32) { descriptors.withLock { _ = $0.remove(descriptor) } }
}
