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
  /// Where things are.
  public struct Places: Sendable {
    public var run = Paths.run
    public var log = Paths.log
    public var database = Paths.database

    public init() {}

    /// Where it listens, as a remote for clients.
    public var remote: String { "unix:\(socket)" }

    var socket: String { "\(run)/db.sock" }
    var file: String { "\(database)/conf.db" }
    var pidfile: String { "\(run)/ovsdb-server.pid" }
    /// Holds the process id of the server that we started.
    var note: String { "\(run)/patchbay-ovsdb-server" }
    var environment: [String: String] {
      ["OVS_RUNDIR": run, "OVS_LOGDIR": log, "OVS_DBDIR": database]
    }
  }

  public let places: Places
  public private(set) var pid: pid_t
  /// Nil for one that was taken over.
  private var child: ChildProcess?
  private var supervision: RepeatedTask?

  private init(_ places: Places, pid: pid_t, child: ChildProcess?) {
    self.places = places
    self.pid = pid
    self.child = child
    ExitHooks.atExit { [weak self] in self?.stop() }
  }

  /// Nil if somebody else's server already answers. Blocks until the new one does. Throws `TextError`.
  public static func startIfNone(_ places: Places = Places()) throws -> EmbeddedServer? {
    if UnixSocket.answers(places.socket) {
      guard let owner = Pidfile.owner(of: places.pidfile), owner == places.notedProcess() else {
        return nil
      }
      log.info("taking over ovsdb-server with pid \(owner)")
      return EmbeddedServer(places, pid: owner, child: nil)
    }
    for directory in [places.run, places.log, places.database] { makeDirectories(directory) }
    try prepareFile(places.file)
    let child = try launch(places)
    let server = EmbeddedServer(places, pid: child.pid, child: child)
    try run(
      "ovs-vsctl",
      [
        "--db=\(places.remote)", "--no-wait", "--timeout=10", "init", "--", "set", "Open_vSwitch",
        ".",
        "db-version=\(Program.schemaVersion)",
      ])
    log.info("started ovsdb-server with pid \(child.pid) on \(places.file)")
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
    unlink(places.note)
  }

  private func restartIfEnded() {
    guard child.map({ !$0.isRunning }) ?? (kill(pid, 0) != 0) else { return }
    log.warn("ovsdb-server with pid \(pid) ended, restarting")
    do {
      let new = try Self.launch(places, waiting: false)
      child = new
      pid = new.pid
    } catch { log.err("\(error)") }
  }

  /// Makes the file if there is none, and brings an old one to our schema, keeping a copy.
  private static func prepareFile(_ path: String) throws {
    let schema = "\(Paths.packageData)/vswitch.ovsschema"
    guard access(path, F_OK) == 0 else {
      try run("ovsdb-tool", ["create", path, schema])
      return
    }
    guard try run("ovsdb-tool", ["needs-conversion", path, schema]).hasPrefix("yes") else {
      return
    }
    let version = try run("ovsdb-tool", ["db-version", path]).prefix { $0 != "\n" }
    try run("cp", [path, "\(path).backup\(version)"])
    try run("ovsdb-tool", ["convert", path, schema])
  }

  private static func launch(_ places: Places, waiting: Bool = true) throws -> ChildProcess {
    let errors = try CapturedOutput()
    let child = try ChildProcess(
      "ovsdb-server",
      [
        places.file, "-vconsole:emer", "-vsyslog:err", "-vfile:info",
        "--remote=punix:\(places.socket)",
        "--remote=db:Open_vSwitch,Open_vSwitch,manager_options",
        "--private-key=db:Open_vSwitch,SSL,private_key",
        "--certificate=db:Open_vSwitch,SSL,certificate",
        "--bootstrap-ca-cert=db:Open_vSwitch,SSL,ca_cert", "--no-chdir", "--log-file", "--pidfile",
      ], environment: places.environment, output: errors.descriptor,
      errorOutput: errors.descriptor)
    places.write(note: child.pid)
    guard waiting else { return child }
    for _ in 0..<500 {
      if UnixSocket.answers(places.socket) { return child }
      guard child.isRunning else { throw TextError("ovsdb-server: \(errors.text)") }
      usleep(10_000)
    }
    child.stop()
    throw TextError("ovsdb-server does not answer on \(places.socket)")
  }

  @discardableResult
  private static func run(_ tool: String, _ arguments: [String]) throws -> String {
    let result = try ChildProcess.run(tool, arguments)
    guard result.status.exitCode == 0 else {
      throw TextError("\(tool) \(arguments.first ?? ""): \(result.status)\n\(result.errorOutput)")
    }
    return result.output
  }

  private static func makeDirectories(_ path: String) {
    for end in path.indices.dropFirst() where path[end] == "/" {
      mkdir(String(path[..<end]), 0o755)
    }
    mkdir(path, 0o755)
  }
}

extension EmbeddedServer.Places {
  fileprivate func write(note pid: pid_t) {
    let file = open(note, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { return }
    let text = "\(pid)\n"
    _ = Glibc.write(file, text, text.utf8.count)
    close(file)
  }

  fileprivate func notedProcess() -> pid_t? {
    guard let file = fopen(note, "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 32)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    return pid_t(String(cString: line).prefix { $0.isNumber })
  }
}
