import Glibc

/// All modules and destinations, and the only place that writes lines. One lock guards everything;
/// it is held while a line is written so that lines of different threads do not mix.
public final class LogCenter: Sendable {
  public static let shared = LogCenter()

  struct State {
    var modules: [String: LogModule] = [:]
    var patterns = LogDestination.allCases.map(\.defaultPattern)
    var facility: Int32 = 0
    var file: LogFile?
    /// Where `vlog/reopen` continues after `vlog/close`.
    var closedPath: String?
    var syslog = SyslogSink()
  }

  let state: Locked<State>

  init() {
    var initial = State()
    for name in wellKnownLogModules { initial.modules[name] = LogModule(name: name) }
    state = Locked(initial)
  }

  /// The module of this name, which comes into being if there is none.
  func module(named name: String) -> LogModule {
    state.withLock { state in
      if let known = state.modules[name] { return known }
      let module = LogModule(name: name)
      state.modules[name] = module
      return module
    }
  }

  /// Writes a message to every destination that wants it. Keeps errno, since messages are often
  /// written between a failure and the report on it.
  func write(_ module: LogModule, _ level: LogLevel, _ text: String) {
    let savedErrno = errno
    defer { errno = savedErrno }
    let thread = ThreadContext.current
    thread.messages &+= 1
    state.withLock { state in
      let record = LogRecord(
        module: module.name, level: level, text: text, number: thread.messages,
        thread: thread.name, wallMilliseconds: Clock.shared.wallMilliseconds,
        facility: state.facility)
      func wants(_ destination: LogDestination) -> Bool {
        module.level(for: destination).rawValue >= level.rawValue
      }
      func line(_ destination: LogDestination) -> String {
        formatLogLine(state.patterns[destination.rawValue], record)
      }
      if wants(.console) { printError(line(.console)) }
      if wants(.syslog) { state.syslog.write(line(.syslog), record) }
      if wants(.file), let file = state.file { file.write(line(.file) + "\n") }
    }
  }
}

/// An open log file. Owned by `LogCenter`'s lock.
struct LogFile {
  let path: String
  let descriptor: Int32

  /// Opens for appending. The descriptor must not leak into children.
  init(opening path: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o660)
    self.path = path
    if descriptor < 0 { throw TextError(errorText()) }
  }

  func write(_ line: String) {
    var line = line
    line.withUTF8 { bytes in
      // A full disk must not stop the switch: what cannot be written is lost.
      _ = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    }
  }

  /// Whether both are the same file on disk, by whatever name.
  func isSameFile(as other: LogFile) -> Bool {
    var mine = stat()
    var theirs = stat()
    guard fstat(descriptor, &mine) == 0, fstat(other.descriptor, &theirs) == 0 else { return false }
    return mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino
  }
}
