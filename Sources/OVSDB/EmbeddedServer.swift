import Glibc
import NIOCore
import Runtime

private let log = Log("embedded_db")

/// A database of our own: what makes the daemon a complete switch when nobody gave it one.
///
/// A real `ovsdb-server` runs as our child, on the socket and files where the tools expect them, so
/// there is no difference to one that a script started. It ends with us. If we are killed it goes on,
/// and our next life recognises it by a note in the run directory and takes it over; if it is killed,
/// it is started again.
public final class EmbeddedServer {
  /// Where it listens, as a remote for clients.
  public static var remote: String { "unix:\(socketPath)" }

  static var socketPath: String { "\(Paths.run)/db.sock" }
  private static var filePath: String { "\(Paths.database)/conf.db" }
  private static var pidfile: String { "\(Paths.run)/ovsdb-server.pid" }
  /// Holds the process id of the server that we started.
  private static var note: String { "\(Paths.run)/patchbay-ovsdb-server" }

  public private(set) var pid: pid_t
  /// Nil for one that was taken over.
  private var child: ChildProcess?
  private var supervision: RepeatedTask?

  private init(pid: pid_t, child: ChildProcess?) {
    self.pid = pid
    self.child = child
    ExitHooks.atExit { [weak self] in self?.stop() }
  }

  /// Nil if somebody else's server already answers. Blocks until the new one does. Throws `TextError`.
  public static func startIfNone() throws -> EmbeddedServer? {
    if answers() {
      guard let owner = Pidfile.owner(of: pidfile), owner == notedProcess() else { return nil }
      log.info("taking over ovsdb-server with pid \(owner)")
      return EmbeddedServer(pid: owner, child: nil)
    }
    for directory in [Paths.run, Paths.log, Paths.database] { makeDirectories(directory) }
    try prepareFile()
    let child = try launch()
    let server = EmbeddedServer(pid: child.pid, child: child)
    try run("ovs-vsctl", [
      "--db=\(remote)", "--no-wait", "--timeout=10", "init", "--", "set", "Open_vSwitch", ".",
      "db-version=\(Program.schemaVersion)",
    ])
    log.info("started ovsdb-server with pid \(child.pid) on \(filePath)")
    return server
  }

  /// Starts it again whenever it has ended. Control loop.
  public func supervise(on loop: EventLoop) {
    supervision = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .milliseconds(250)) {
      [weak self] _ in self?.restartIfEnded()
    }
  }

  /// Ends it.
  public func stop() {
    supervision?.cancel()
    if let child {
      child.stop()
    } else {
      kill(pid, SIGTERM)
    }
    unlink(Self.note)
  }

  private func restartIfEnded() {
    guard child.map({ !$0.isRunning }) ?? (kill(pid, 0) != 0) else { return }
    log.warn("ovsdb-server with pid \(pid) ended, restarting")
    do {
      let new = try Self.launch(waiting: false)
      child = new
      pid = new.pid
    } catch { log.err("\(error)") }
  }

  /// Makes the file if there is none, and brings an old one to our schema, keeping a copy.
  private static func prepareFile() throws {
    let schema = "\(Paths.packageData)/vswitch.ovsschema"
    guard access(filePath, F_OK) == 0 else {
      try run("ovsdb-tool", ["create", filePath, schema])
      return
    }
    guard try run("ovsdb-tool", ["needs-conversion", filePath, schema]).hasPrefix("yes") else {
      return
    }
    let version = try run("ovsdb-tool", ["db-version", filePath]).prefix { $0 != "\n" }
    try run("cp", [filePath, "\(filePath).backup\(version)"])
    try run("ovsdb-tool", ["convert", filePath, schema])
  }

  private static func launch(waiting: Bool = true) throws -> ChildProcess {
    let errors = try CapturedOutput()
    let child = try ChildProcess(
      "ovsdb-server",
      [
        filePath, "-vconsole:emer", "-vsyslog:err", "-vfile:info", "--remote=punix:\(socketPath)",
        "--remote=db:Open_vSwitch,Open_vSwitch,manager_options",
        "--private-key=db:Open_vSwitch,SSL,private_key",
        "--certificate=db:Open_vSwitch,SSL,certificate",
        "--bootstrap-ca-cert=db:Open_vSwitch,SSL,ca_cert", "--no-chdir", "--log-file",
        "--pidfile", "--overwrite-pidfile",
      ], output: errors.descriptor, errorOutput: errors.descriptor)
    write(note: child.pid)
    for _ in 0..<500 where waiting && !answers() {
      guard child.isRunning else { throw TextError("ovsdb-server: \(errors.text)") }
      usleep(10_000)
    }
    guard !waiting || answers() else {
      child.stop()
      throw TextError("ovsdb-server does not answer on \(socketPath)")
    }
    return child
  }

  @discardableResult
  private static func run(_ tool: String, _ arguments: [String]) throws -> String {
    let result = try ChildProcess.run(tool, arguments)
    guard result.status.exitCode == 0 else {
      throw TextError("\(tool) \(arguments.first ?? ""): \(result.status)\n\(result.errorOutput)")
    }
    return result.output
  }

  /// Whether somebody accepts connections on the socket.
  private static func answers() -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { field in
      guard socketPath.utf8.count < field.count else { return false }
      field.copyBytes(from: socketPath.utf8)
      return true
    }
    let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard fits, probe >= 0 else { return false }
    defer { close(probe) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(probe, $0, length) } == 0
    }
  }

  private static func write(note pid: pid_t) {
    let file = open(note, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    let text = "\(pid)\n"
    _ = Glibc.write(file, text, text.utf8.count)
    close(file)
  }

  private static func notedProcess() -> pid_t? {
    guard let file = fopen(note, "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 32)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    return pid_t(String(cString: line).prefix { $0.isNumber })
  }

  private static func makeDirectories(_ path: String) {
    for end in path.indices.dropFirst() where path[end] == "/" {
      mkdir(String(path[..<end]), 0o755)
    }
    mkdir(path, 0o755)
  }
}
