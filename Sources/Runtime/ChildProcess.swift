import Glibc

/// A program that we started (posix_spawn, since we have threads).
public final class ChildProcess {
  public let pid: pid_t
  private var ended: ProcessStatus?

  /// What a program printed, and how it ended.
  public struct Result {
    public var status: ProcessStatus
    public var output: String
    public var errorOutput: String
  }

  /// Starts `path` with these arguments and our environment changed by `environment`. Its standard input is empty; nil descriptors stay ours.
  /// Signals that we block or ignore are back to normal in the child.
  public init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    output: Int32? = nil, errorOutput: Int32? = nil
  ) throws {
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
    if let output { posix_spawn_file_actions_adddup2(&files, output, 1) }
    if let errorOutput { posix_spawn_file_actions_adddup2(&files, errorOutput, 2) }
    var attributes = Self.plainSignals()
    defer { posix_spawnattr_destroy(&attributes) }
    var variables = Self.variables(changedBy: environment).map { strdup($0) } + [nil]
    var words = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for word in words + variables { free(word) } }
    var child = pid_t()
    let code = posix_spawnp(&child, path, &files, &attributes, &words, &variables)
    guard code == 0 else { throw TextError("\(path): \(errorText(code))") }
    pid = child
  }

  private static func variables(changedBy changes: [String: String]) -> [String] {
    var list = changes.map { "\($0)=\($1)" }
    var entry = environ
    while let text = entry.pointee.map({ String(cString: $0) }) {
      if changes[String(text.prefix { $0 != "=" })] == nil { list.append(text) }
      entry += 1
    }
    return list
  }

  private static func plainSignals() -> posix_spawnattr_t {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, flags)
    return attributes
  }

  /// Waits for the end.
  @discardableResult
  public func wait() -> ProcessStatus {
    if let ended { return ended }
    var word: Int32 = 0
    while waitpid(pid, &word, 0) < 0 && errno == EINTR {}
    let status = ProcessStatus(word)
    ended = status
    return status
  }

  /// Whether it runs; collects it if it has ended.
  public var isRunning: Bool {
    var word: Int32 = 0
    guard ended == nil, waitpid(pid, &word, WNOHANG) == pid else { return ended == nil }
    ended = ProcessStatus(word)
    return false
  }

  public func send(signal: Int32) { if ended == nil { kill(pid, signal) } }

  /// Asks it to end, and after `patience` milliseconds makes it end.
  public func stop(patience: Int = 5000) {
    send(signal: SIGTERM)
    for _ in 0..<patience / 10 where isRunning { usleep(10_000) }
    if isRunning { send(signal: SIGKILL) }
    wait()
  }

  /// Runs a program to its end and returns what it printed.
  public static func run(
    _ path: String, _ arguments: [String], environment: [String: String] = [:]
  ) throws -> Result {
    let output = try CapturedOutput()
    let errors = try CapturedOutput()
    let child = try ChildProcess(
      path, arguments, environment: environment, output: output.descriptor,
      errorOutput: errors.descriptor)
    let status = child.wait()
    return Result(status: status, output: output.text, errorOutput: errors.text)
  }
}
