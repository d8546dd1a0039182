import Glibc

private let log = Log("fatal_signal")

/// What must happen before the process ends, whichever way: files to unlink, children to stop.
///
/// They run when the process exits. Deadly signals are blocked in all threads and taken by
/// one thread in sigwait, so hooks run in ordinary context, not in a signal handler; then the signal
/// kills us as it would have.
public enum ExitHooks {
  private struct State {
    var files: Set<String> = []
    var actions: [() -> Void] = []
  }

  private static let state = Locked(State())

  /// Makes exit() run the hooks. A child after fork inherits this.
  private static let registerOnce: Void = {
    Glibc.atexit { ExitHooks.run() }
  }()

  /// Unlinks this file at exit.
  public static func unlinkAtExit(_ path: String) {
    registerOnce
    state.withLock { _ = $0.files.insert(path) }
  }

  /// The file is somebody else's now.
  public static func keepFile(_ path: String) {
    state.withLock { _ = $0.files.remove(path) }
  }

  /// Runs at exit, later ones first. Must not wait for the control thread.
  public static func atExit(_ action: @escaping () -> Void) {
    registerOnce
    state.withLock { $0.actions.append(action) }
  }

  /// Runs everything, once.
  public static func run() {
    let todo = state.withLock { state -> State in
      let taken = state
      state = State()
      return taken
    }
    for action in todo.actions.reversed() { action() }
    for path in todo.files where unlink(path) != 0 && errno != ENOENT {
      log.warn("could not unlink \"\(path)\" (\(errorText()))")
    }
  }

  /// After fork: what the parent has to undo is none of the child's business, or the other way round.
  static func forget() { state.withLock { $0 = State() } }

  /// Call before any thread exists (later threads inherit the mask), after daemonizing.
  public static func installSignals() {
    signal(SIGPIPE, SIG_IGN)
    var set = deadlySignals
    pthread_sigmask(SIG_BLOCK, &set, nil)
    startThread(named: "signals") {
      var number: Int32 = 0
      while sigwait(&set, &number) != 0 {}
      die(of: number)
    }
  }

  private static var deadlySignals: sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in [SIGTERM, SIGINT, SIGHUP, SIGALRM] { sigaddset(&set, number) }
    return set
  }

  private static func die(of number: Int32) {
    let name = strsignal(number).map { String(cString: $0) } ?? ""
    log.warn("terminating with signal \(number) (\(name))")
    run()
    signal(number, SIG_DFL)
    var set = deadlySignals
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    kill(getpid(), number)
  }
}
