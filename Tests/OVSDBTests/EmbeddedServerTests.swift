import Glibc
import Runtime
import Testing

@testable import OVSDB

@Suite(.enabled(if: PrivateServer.isAvailable, "needs ovsdb-server"))
struct EmbeddedServerTests {
  private func withPlaces(_ body: (EmbeddedServer.Places) throws -> Void) throws {
    var template = Array("/tmp/patchbay-embedded.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw TextError("mkdtemp: \(errorText())") }
    let root = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { _ = try? ChildProcess.run("rm", ["-rf", root]) }
    var places = EmbeddedServer.Places()
    places.run = "\(root)/a/run"
    places.log = "\(root)/a/log"
    places.database = "\(root)/b"
    try body(places)
  }

  @Test func makesItsOwnDatabase() throws {
    try withPlaces { places in
      let server = try #require(try EmbeddedServer.startIfNone(places))
      let harness = try ClientHarness(places.remote)
      #expect(
        harness.eventually {
          $0.database.singleton("Open_vSwitch")?.string("db_version") == "8.3.1"
        })
      server.stop()
      #expect(harness.eventually { !$0.state.isConnected })
      #expect(!UnixSocket.answers(places.socket))
      #expect(access(places.note, F_OK) != 0)
      // The same file the next time.
      let again = try #require(try EmbeddedServer.startIfNone(places))
      #expect(harness.eventually { $0.state.isConnected })
      again.stop()
    }
  }

  @Test func isTakenOverOnlyIfItIsOurs() throws {
    try withPlaces { places in
      let first = try #require(try EmbeddedServer.startIfNone(places))
      let second = try #require(try EmbeddedServer.startIfNone(places))
      #expect(second.pid == first.pid)
      unlink(places.note)
      #expect(try EmbeddedServer.startIfNone(places) == nil)
      first.stop()
    }
  }

  @Test func comesBackWhenKilled() throws {
    try withPlaces { places in
      let server = try #require(try EmbeddedServer.startIfNone(places))
      let harness = try ClientHarness(places.remote)
      try harness.control.sync { server.supervise(on: harness.control.loop) }
      #expect(harness.eventually { $0.state.isConnected })
      let pid = server.pid
      kill(pid, SIGKILL)
      #expect(harness.eventually { _ in server.pid != pid })
      #expect(harness.eventually { $0.state.isConnected })
      #expect(harness.changeCount == 1)
      server.stop()
    }
  }

  @Test func failuresNameTheirReason() throws {
    try withPlaces { places in
      _ = try ChildProcess.run("mkdir", ["-p", places.database])
      _ = try ChildProcess.run("sh", ["-c", "echo rubbish > \(places.database)/conf.db"])
      #expect(throws: TextError.self) { try EmbeddedServer.startIfNone(places) }
    }
  }
}
