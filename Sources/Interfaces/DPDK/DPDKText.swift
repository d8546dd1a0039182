import CDPDKShim
import Glibc

/// What DPDK says of itself: the answers of `dpdk/...` and `netdev-dpdk/get-mempool-info`. Control thread.
public enum DPDKText {
  public static var logTypes: String { text(PB_TEXT_LOG_TYPES) }
  public static var cores: String { text(PB_TEXT_CORES) }
  /// Of DPDK's own allocator.
  public static var heaps: String { text(PB_TEXT_HEAPS) }
  public static var pools: String { text(PB_TEXT_POOLS) }

  static func pool(_ pool: OpaquePointer) -> String { text(PB_TEXT_POOL, pool) }

  private static func text(_ what: pb_text, _ pool: OpaquePointer? = nil) -> String {
    guard let text = pb_dpdk_text(what, pool) else { return "" }
    defer { free(text) }
    return String(cString: text)
  }

  /// `dpdk/log-set`: a level for all, or `PATTERN:LEVEL`. Returns the level that there is none of.
  public static func setLogLevel(_ argument: String) -> String? {
    let parts = argument.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let level = String(parts.last ?? "")
    let pattern = parts.count == 2 ? String(parts[0]) : "*"
    return pb_log_set(pattern, level) == EINVAL ? level : nil
  }
}
