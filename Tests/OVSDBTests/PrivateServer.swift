import Glibc
import NIOCore
import Runtime

@testable import OVSDB

/// A real ovsdb-server in a directory of its own.
final class PrivateServer {
  static let isAvailable =
    access("/usr/sbin/ovsdb-server", X_OK) == 0 && access("/usr/bin/ovsdb-tool", X_OK) == 0

  let directory: String
  private var process: ChildProcess?

  init() throws {
    var template = Array("/tmp/patchbay-ovsdb.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TextError("mkdtemp: \(errorText())") }
    directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    try run("/usr/bin/ovsdb-tool", "create", file, "/usr/share/openvswitch/vswitch.ovsschema")
    try start()
    try configure("init")
  }

  var remote: String { "unix:\(directory)/db.sock" }
  private var file: String { "\(directory)/conf.db" }

  /// With these options added.
  func restart(_ options: String...) throws {
    kill()
    try start(options)
  }

  func start(_ options: [String] = []) throws {
    process = try ChildProcess(
      "/usr/sbin/ovsdb-server",
      [
        file, "--remote=punix:\(directory)/db.sock", "--unixctl=\(directory)/ctl", "--no-chdir",
        "-vconsole:off", "-vsyslog:off",
      ] + options)
    for _ in 0..<3000 where !UnixSocket.answers("\(directory)/db.sock") { usleep(10_000) }
  }

  func kill() {
    process?.send(signal: SIGKILL)
    process?.wait()
  }

  /// `ovs-vsctl --no-wait`. On a busy machine a connection may time out.
  func configure(_ arguments: String...) throws {
    try run(
      "/usr/bin/ovs-vsctl",
      ["--db=\(remote)", "--no-wait", "--retry", "--timeout=30"] + arguments)
  }

  func get(_ arguments: String...) throws -> String {
    try ChildProcess.run(
      "/usr/bin/ovs-vsctl", ["--db=\(remote)", "--retry", "--timeout=30", "get"] + arguments
    ).output.split(separator: "\n").joined(separator: " ")
  }

  private func run(_ tool: String, _ arguments: String...) throws { try run(tool, arguments) }

  private func run(_ tool: String, _ arguments: [String]) throws {
    let result = try ChildProcess.run(tool, arguments)
    guard result.status.exitCode == 0 else { throw TextError("\(tool): \(result.errorOutput)") }
  }

  deinit { remove() }

  func remove() {
    kill()
    _ = try? ChildProcess.run("rm", ["-rf", directory])
  }
}

/// A client on a control loop of its own, and a way to wait for things.
final class ClientHarness {
  let control = ControlLoop(clock: Clock())
  let client: OVSDBClient
  /// Control loop only.
  private var changes = 0

  init(_ remote: String, _ adjust: (inout OVSDBClient.Configuration) -> Void = { _ in }) throws {
    LogCenter.shared.setLevel(.off, module: nil, destination: .console)
    LogCenter.shared.setLevel(.off, module: nil, destination: .syslog)
    var configuration = OVSDBClient.Configuration(remotes: [remote])
    adjust(&configuration)
    client = OVSDBClient(configuration, loop: control.loop)
    // Changes come until the client has stopped, which is when this is almost gone.
    client.onChange = { [weak self] _ in self?.changes += 1 }
    try control.sync { self.client.start() }
  }

  deinit {
    end(control) { [client] in client.stop() }
  }

  var changeCount: Int { (try? control.sync { self.changes }) ?? -1 }

  /// Whether the condition comes to hold within half a minute: machines are busy.
  func eventually(_ condition: @escaping (OVSDBClient) -> Bool) -> Bool {
    for _ in 0..<3000 {
      if (try? control.sync { condition(self.client) }) == true { return true }
      usleep(10_000)
    }
    return false
  }

  func commit(_ build: @escaping (inout Transaction, Database) -> Void) throws
    -> Transaction.Outcome
  {
    let promise = control.loop.makePromise(of: Transaction.Outcome.self)
    try control.sync {
      var transaction = Transaction()
      build(&transaction, self.client.database)
      self.client.commit(transaction) { promise.succeed($0) }
    }
    return try promise.futureResult.wait()
  }
}

/// Ends a control loop from wherever the last reference to its owner was dropped, be it the loop.
func end(_ control: ControlLoop, after last: @escaping () -> Void) {
  startThread(named: "end") {
    try? control.sync(last)
    control.shutdown()
  }
}
