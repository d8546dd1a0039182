import Glibc

private let log = Log("daemon_unix")

/// Becoming a daemon, as ovs-vswitchd does it.
///
/// `start` forks, so it must come before any thread: a fork keeps only the thread that called it. With
/// `--detach` the command that was typed stays until the daemon calls `complete`, and then exits with
/// 0, so that a script that continues finds a switch that answers; if the daemon ends before, its
/// status is passed on. With `--monitor` one more process stays between and restarts a crashed daemon.
///
///     typed command ──fork──> (monitor ──fork──>) daemon
///         waits for a byte        waits for a byte, then for its end
public enum Daemonize {
  /// Where the daemon tells that it is ready, or -1. Main thread only.
  private nonisolated(unsafe) static var readyPipe: Int32 = -1
  private nonisolated(unsafe) static var options = DaemonOptions()

  /// Returns in the process that is to be the daemon, with its pidfile made.
  public static func start(_ wanted: DaemonOptions) {
    options = wanted
    signal(SIGPIPE, SIG_IGN)
    if wanted.detach || wanted.monitor { dieQuickly() }
    do {
      if let user = wanted.user { try UserSwitch(user).become(pidfile: wanted.pidfile) }
      if wanted.detach { detach() }
      if wanted.monitor { watch() }
      if let path = wanted.pidfile {
        try Pidfile.create(path, overwrite: wanted.overwritesPidfile)
      }
    } catch {
      log.fatal("\(error)")
    }
  }

  /// Takes back the handlers with which Swift's runtime shows a backtrace of a crash: that takes half
  /// a minute, which nobody sees, and until it is over nothing is restarted.
  private static func dieQuickly() {
    for number in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
      signal(number, SIG_DFL)
    }
  }

  /// The daemon works: lets the typed command end, and leaves its terminal and directory.
  public static func complete() {
    if let manager = ServiceManager.own {
      manager.ready()
      ExitHooks.atExit { manager.stopping() }
    }
    notify(readyPipe)
    readyPipe = -1
    guard options.detach else { return }
    if options.changesDirectory { _ = chdir("/") }
    closeStandardDescriptors()
  }

  private static func detach() {
    switch forkAndWait() {
    case .child(let pipe): readyPipe = pipe
    case .parent: exit(0)
    case .childDied: log.fatal("could not detach from foreground session")
    }
    setsid()
  }

  private static func watch() {
    let outerPipe = readyPipe
    switch forkAndWait() {
    case .child(let pipe):
      if outerPipe >= 0 { close(outerPipe) }
      readyPipe = pipe
    case .childDied: log.fatal("could not initiate process monitoring")
    case .parent(let child):
      notify(outerPipe)
      if options.detach { closeStandardDescriptors() }
      // Comes back only in a daemon started anew.
      var monitor = Monitor(watching: child)
      readyPipe = monitor.run()
    }
  }

  enum Fork {
    /// We are the child, and this is where we tell that we are ready.
    case child(pipe: Int32)
    case parent(of: pid_t)
    case childDied(status: Int32)
  }

  /// Forks; the parent waits until the child is ready or dead.
  static func forkAndWait() -> Fork {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { log.fatal("failed to create pipe (\(errorText()))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    fflush(nil)
    let child = fork()
    if child < 0 { log.fatal("fork failed (\(errorText()))") }
    if child == 0 {
      close(ends[0])
      ExitHooks.forget()
      return .child(pipe: ends[1])
    }
    close(ends[1])
    defer { close(ends[0]) }
    return waitForReady(child, ends[0])
  }

  private static func waitForReady(_ child: pid_t, _ pipe: Int32) -> Fork {
    var byte: UInt8 = 0
    var count = 0
    repeat { count = read(pipe, &byte, 1) } while count < 0 && errno == EINTR
    if count == 1 { return .parent(of: child) }
    let status = waitForEnd(of: child)
    // The child has said what is wrong; hand its status on.
    if let code = ProcessStatus(status).exitCode, code != 0 { exit(code) }
    log.err("fork child died before signaling startup (\(ProcessStatus(status)))")
    return .childDied(status: status)
  }

  static func waitForEnd(of child: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      if errno != EINTR { log.fatal("waitpid failed (\(errorText()))") }
    }
    return status
  }

  private static func notify(_ pipe: Int32) {
    guard pipe >= 0 else { return }
    var byte: UInt8 = 0
    while write(pipe, &byte, 1) < 0 && errno == EINTR {}
    close(pipe)
  }

  private static func closeStandardDescriptors() {
    LogCenter.shared.setLevel(.off, module: nil, destination: .console)
    let null = open("/dev/null", O_RDWR)
    guard null >= 0 else { return }
    for descriptor: Int32 in 0...2 { dup2(null, descriptor) }
    if null > 2 { close(null) }
  }
}
