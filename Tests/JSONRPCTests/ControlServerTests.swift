import Glibc
import NIOCore
import NIOPosix
import Runtime
import Testing

@testable import JSONRPC

/// The control socket with the real client.
@Suite struct ControlServerTests {
  private static let appctl = "/usr/bin/ovs-appctl"
  private static let appctlExists = access(appctl, X_OK) == 0

  /// A server with a few commands for the time of `body`.
  private func withServer(_ name: String, _ body: (String) throws -> Void) throws {
    let path = "/tmp/patchbay-ctl-\(name).\(getpid())"
    let control = ControlLoop(clock: Clock())
    defer { control.shutdown() }
    let server = ControlServer(loop: control.loop)
    try control.sync {
      server.register(
        .answering(name: "join", usage: "A [B]", arguments: 1...2) { $0.joined(separator: "+") })
      server.register(
        .answering(name: "fail", usage: "", arguments: 0...0) { _ in throw TextError("oh\nno") })
      server.register(
        ControlCommand(name: "later", usage: "", arguments: 0...0) { request in
          startThread(named: "later") {
            usleep(20_000)
            request.reply("late\n")
            request.fail("ignored")
          }
        })
    }
    try server.listen(path).wait()
    try body(path)
    try control.sync { server.close() }
  }

  @Test(.enabled(if: appctlExists, "needs ovs-appctl"))
  func commandsAnswer() throws {
    try withServer("answer") { (path: String) throws -> Void in
      /// What comes on stdout, or else the first line on stderr and the status.
      func call(_ arguments: String...) throws -> String {
        let result = try ChildProcess.run(Self.appctl, ["-t", path] + arguments)
        let error = result.errorOutput.split(separator: "\n").first
        return error.map { "\(result.status.exitCode ?? -1): \($0)" } ?? result.output
      }
      let ours = "Patchbay \(Program.patchbayVersion)"
      #expect(try call("version") == "ovs-vswitchd (Open vSwitch) 3.1.0\n\(ours)\n")
      #expect(try call("join", "a", "b c") == "a+b c\n")
      #expect(try call("later") == "late\n")
      #expect(try call("fail") == "2: oh")
      #expect(try call("join") == "2: \"join\" command requires at least 1 arguments")
      #expect(try call("join", "1", "2", "3") == "2: \"join\" command takes at most 2 arguments")
      #expect(
        try call("bogus") == "2: \"bogus\" is not a valid command "
          + "(use \"list-commands\" to see a list of valid commands)")
      #expect(
        try call("list-commands") == """
          The available commands are:
            fail                    \n  join                    A [B]
            later                   \n  list-commands           \n  version                 \n
          """)
    }
  }

  /// Who asks may be gone before the answer is there: that harms nobody.
  @Test func answersForThoseWhoAreGone() throws {
    try withServer("gone") { path in
      for _ in 0..<5 {
        let impatient = try RawClient(path)
        try impatient.send(#"{"method":"later","params":[],"id":1}"#)
      }
      usleep(60_000)
      let client = try RawClient(path)
      try client.send(#"{"method":"join","params":["x"],"id":2}"#)
      #expect(try client.receive(1).map { $0["result"] } == ["x\n"])
    }
  }

  @Test func requestsOfOneConnectionAreAnsweredInOrder() throws {
    try withServer("order") { path in
      let client = try RawClient(path)
      try client.send(
        #"{"method":"later","params":[],"id":1}{"method":"join","params":["x"],"id":2}"#)
      let answers = try client.receive(2)
      #expect(answers.map { $0["id"] } == [1, 2])
      #expect(answers.map { $0["result"] } == ["late\n", "x\n"])
      try client.send(#"{"method":"join","params":[1],"id":3}"#)
      #expect(try client.receive(1)[0]["error"] == "\"join\" command has non-string argument\n")
    }
  }

  @Test func garbageClosesOnlyItsConnection() throws {
    try withServer("garbage") { path in
      for garbage in ["x", "{]", "[1]", #"{"method":1}"#, "{\"a\":\"\u{0}\"}"] {
        let client = try RawClient(path)
        try client.send(garbage)
        #expect(throws: TextError.self) { try client.receive(1) }
      }
      let client = try RawClient(path)
      try client.send(#"{"method":"version","params":[],"id":1}"#)
      #expect(try client.receive(1)[0]["id"] == 1)
    }
  }

  @Test func placesThatCannotBeAreReported() throws {
    let control = ControlLoop(clock: Clock())
    defer { control.shutdown() }
    let server = ControlServer(loop: control.loop)
    #expect(
      throws: TextError(
        "/nonexistent/x: could not initialize control socket (No such file or directory)")
    ) { try server.listen("/nonexistent/x").wait() }
    #expect(ControlServer.socketPath("none") == nil)
    #expect(ControlServer.socketPath("/a/b") == "/a/b")
    #expect(ControlServer.socketPath("b") == "\(Paths.run)/b")
    #expect(ControlServer.socketPath(nil) == "\(Paths.run)/ovs-vswitchd.\(getpid()).ctl")
  }
}

/// A client that can also say wrong things.
private final class RawClient {
  private let descriptor: Int32
  private var stream = JSONStream()

  init(_ path: String) throws {
    guard let connected = UnixSocket.connect(path) else { throw TextError("connect") }
    descriptor = connected
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws {
    guard write(descriptor, text, text.utf8.count) == text.utf8.count else {
      throw TextError("write: \(errorText())")
    }
  }

  func receive(_ count: Int) throws -> [JSON] {
    var seen: [JSON] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while seen.count < count {
      let length = read(descriptor, &buffer, buffer.count)
      if length <= 0 { throw TextError("closed") }
      seen += try stream.feed(buffer[..<length])
    }
    return seen
  }
}
