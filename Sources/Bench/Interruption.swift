import Glibc

/// Control-C: the trial that runs ends, and what was found is reported. A second one kills.
public enum Interruption {
  nonisolated(unsafe) private static var flag: sig_atomic_t = 0

  static var isRequested: Bool { flag != 0 }

  public static func watch() {
    signal(SIGINT) { _ in
      Interruption.flag = 1
      signal(SIGINT, SIG_DFL)
    }
  }
}
