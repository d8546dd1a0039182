import CDPDKShim
import Glibc

/// DPDK's environment (EAL): initialised once per process, before the first port or pool, and never
/// torn down. Any thread; the first call wins.
public enum EAL {
  private static var lock = pthread_mutex_t()
  public private(set) static var isInitialized = false
  /// Where DPDK's log lines go. Called by any thread.
  fileprivate static var logSink: (@Sendable (String) -> Void)?

  /// Arguments of an environment that needs neither privileges nor hugepages nor devices. (DPDK
  /// refuses `--in-memory` together with `--no-huge`; `--no-shconf` is the half of it that matters.)
  public static let unprivilegedArguments = [
    "patchbay", "--no-huge", "--no-shconf", "-m", "128", "--no-pci", "--no-telemetry", "-l", "0",
  ]

  /// Initialises with `rte_eal_init`'s arguments (the first is the program's name). Nothing is
  /// written to standard error: log lines go to `log`. Does nothing when done before.
  public static func initialize(
    arguments: [String] = unprivilegedArguments, log: (@Sendable (String) -> Void)? = nil
  ) throws {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    guard !isInitialized else { return }
    logSink = log
    let captured = pb_capture_log { text, length in
      guard let text, let sink = EAL.logSink else { return }
      let bytes = UnsafeRawBufferPointer(start: text, count: length)
      for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
        sink(String(line))
      }
    }
    guard captured == 0 else { throw EALError(code: captured) }
    // EAL keeps pointers into its arguments.
    var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    guard pb_eal_init(Int32(argv.count), &argv) >= 0 else { throw EALError(code: pb_rte_errno()) }
    isInitialized = true
  }
}

/// Why DPDK's environment, or something of it, is not there.
public struct EALError: Error, CustomStringConvertible {
  public let code: Int32
  public let description: String

  public init(code: Int32) {
    self.code = code
    description = String(cString: pb_rte_strerror(code))
  }
}
