import Glibc

private let log = Log("daemon_unix")

/// How many files, sockets and devices the process may have open. What it starts with is often 1024,
/// which a few hundred controllers and ports use up; the hard limit is what the administrator wants.
public enum FileDescriptors {
  private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)

  /// Never relies on more than this.
  private static let most: UInt = 1 << 20

  /// How many there may be now.
  public static var limit: Int {
    var limits = rlimit()
    guard getrlimit(resource, &limits) == 0 else { return 1024 }
    return Int(min(limits.rlim_cur, most))
  }

  /// Takes as many as the hard limit allows. At start, before anybody asks for `limit`.
  public static func raiseLimit() {
    var limits = rlimit()
    guard getrlimit(resource, &limits) == 0 else { return }
    let wanted = min(limits.rlim_max, most)
    guard limits.rlim_cur < wanted else { return }
    limits.rlim_cur = wanted
    if setrlimit(resource, &limits) != 0 {
      log.warn("failed to raise the limit of open files: \(errorText())")
    }
  }
}
