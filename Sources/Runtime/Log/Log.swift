import Glibc

/// Logging, as Open vSwitch does it.
///
/// A *module* is a named source of messages; a room declares `let log = Log("bridge")` once. Every
/// module has a level per *destination* (syslog, console, file), every destination a pattern that
/// says how a line looks. Scripts parse these lines and set these levels (`-v`, `vlog/set`), so names,
/// levels and patterns are OVS's.
///
/// Threads: a message may come from any thread. The check whether anybody listens is one relaxed
/// atomic load, and the text is only composed after it; writing takes the lock of `LogCenter`.
/// Nothing on the packet's path logs.
public struct Log: Sendable {
  public let module: LogModule

  public init(_ name: String) { module = LogCenter.shared.module(named: name) }

  public func isEnabled(_ level: LogLevel) -> Bool { module.isEnabled(level) }

  public func emer(_ text: @autoclosure () -> String) { write(.emer, text) }
  public func err(_ text: @autoclosure () -> String) { write(.err, text) }
  public func warn(_ text: @autoclosure () -> String) { write(.warn, text) }
  public func info(_ text: @autoclosure () -> String) { write(.info, text) }
  public func dbg(_ text: @autoclosure () -> String) { write(.dbg, text) }

  public func errRL(_ limit: LogRateLimit, _ text: @autoclosure () -> String) {
    write(.err, limit, text)
  }
  public func warnRL(_ limit: LogRateLimit, _ text: @autoclosure () -> String) {
    write(.warn, limit, text)
  }
  public func infoRL(_ limit: LogRateLimit, _ text: @autoclosure () -> String) {
    write(.info, limit, text)
  }
  public func dbgRL(_ limit: LogRateLimit, _ text: @autoclosure () -> String) {
    write(.dbg, limit, text)
  }

  /// Writes a message whose level is only known at run time.
  public func write(_ level: LogLevel, _ text: () -> String) {
    guard module.isEnabled(level) else { return }
    LogCenter.shared.write(module, level, text())
  }

  /// Writes a message unless `limit` says that there were too many of them lately; the first message
  /// after a gap tells how many are missing.
  public func write(_ level: LogLevel, _ limit: LogRateLimit, _ text: () -> String) {
    guard module.isEnabled(level) else { return }
    guard module.honorsRateLimits else { return write(level, text) }
    switch limit.admit(now: Clock.shared.monotonicMilliseconds) {
    case .drop: return
    case .pass(let report):
      if let report { LogCenter.shared.write(module, level, report) }
      write(level, text)
    }
  }

  /// Says why on stderr and in the log, and ends the process with status 1 (`--monitor` then does not
  /// start it again).
  public func fatal(_ text: String) -> Never {
    module.setLevel(.off, for: .console)
    LogCenter.shared.write(module, .emer, text)
    printError("\(Program.name): \(text)")
    exit(1)
  }
}

/// A line on stderr, whatever the console's log level is.
public func printError(_ text: String) {
  fputs(text + "\n", stderr)
}
