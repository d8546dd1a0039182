import Glibc

private let log = Log("daemon_unix")

/// The process of `--monitor`: waits for the daemon's end and starts it anew if it crashed, but not
/// more often than every ten seconds. An exit, or a signal that somebody sent to end it, ends us too.
struct Monitor {
  private var child: pid_t
  private var crashes = 0
  private var lastRestart: time_t = 0

  init(watching child: pid_t) { self.child = child }

  /// Returns in a daemon that was started anew: where to tell that it is ready.
  mutating func run() -> Int32 {
    ThreadContext.current.rename("monitor")
    while true {
      LogCenter.shared.closeFile()
      let status = ProcessStatus(Daemonize.waitForEnd(of: child))
      try? LogCenter.shared.reopenFile()
      guard status.isCrash else {
        log.info("pid \(child) died, \(status), exiting")
        exit(0)
      }
      if let pipe = restart(after: status) { return pipe }
    }
  }

  /// Forks until a child gets ready. Non-nil in the child.
  private mutating func restart(after end: ProcessStatus) -> Int32? {
    var end = end
    while true {
      crashes += 1
      let report = "\(crashes) crashes: pid \(child) died, \(end)"
      if end.dumpedCore { disableCoreDumps() }
      throttle(report)
      log.err("\(report), restarting")
      switch Daemonize.forkAndWait() {
      case .child(let pipe):
        ThreadContext.current.rename("")
        return pipe
      case .parent(let pid):
        child = pid
        return nil
      case .childDied(let status): end = ProcessStatus(status)
      }
    }
  }

  private mutating func throttle(_ report: String) {
    if time(nil) < lastRestart + 10 {
      log.warn("\(report), waiting until 10 seconds since last restart")
      while case let left = lastRestart + 10 - time(nil), left > 0 { sleep(UInt32(min(left, 10))) }
    }
    lastRestart = time(nil)
  }

  /// One core file tells enough; more would fill the disk.
  private func disableCoreDumps() {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    if setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) != 0 {
      log.warn("failed to disable core dumps: \(errorText())")
    }
  }
}

/// How a child ended, from waitpid's status word.
public struct ProcessStatus: CustomStringConvertible {
  private let word: Int32

  public init(_ word: Int32) { self.word = word }

  public var exitCode: Int32? { word & 0x7f == 0 ? word >> 8 & 0xff : nil }
  public var signal: Int32? { (1..<0x7f).contains(word & 0x7f) ? word & 0x7f : nil }
  var dumpedCore: Bool { signal != nil && word & 0x80 != 0 }

  /// Whether it was the process's own fault.
  var isCrash: Bool {
    let own = [
      SIGABRT, SIGALRM, SIGBUS, SIGFPE, SIGILL, SIGPIPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGTRAP,
    ]
    return signal.map(own.contains) ?? false
  }

  public var description: String {
    if let exitCode { return "exit status \(exitCode)" }
    guard let signal else { return "terminated abnormally (\(word))" }
    let name = strsignal(signal).map { String(cString: $0) } ?? "signal \(signal)"
    return "killed (\(name))" + (dumpedCore ? ", core dumped" : "")
  }
}
