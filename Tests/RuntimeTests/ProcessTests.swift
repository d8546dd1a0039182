import Glibc
import Testing

@testable import Runtime

@Suite struct ProcessTests {
  @Test func childrenAreRunAndTheirEndIsKnown() throws {
    let result = try ChildProcess.run("sh", ["-c", "echo out; echo err >&2; exit 3"])
    #expect(result.output == "out\n")
    #expect(result.errorOutput == "err\n")
    #expect(result.status.description == "exit status 3")
    #expect(throws: TextError.self) { try ChildProcess.run("/nonexistent/program", []) }
  }

  @Test func stubbornChildrenAreKilled() throws {
    let child = try ChildProcess("sh", ["-c", "trap '' TERM; while :; do sleep 0.05; done"])
    usleep(50_000)
    #expect(child.isRunning)
    child.stop(patience: 100)
    #expect(!child.isRunning)
    #expect(child.wait().description == "killed (Killed)")
    #expect(!child.wait().isCrash)
  }

  @Test func hostsAndPorts() {
    #expect(HostPort("1.2.3.4:5", defaultPort: nil).map { "\($0.host) \($0.port)" } == "1.2.3.4 5")
    #expect(HostPort("[::1]:66", defaultPort: nil)?.host == "::1")
    #expect(HostPort("[::1]", defaultPort: 6640)?.port == 6640)
    #expect(HostPort("host", defaultPort: 6640)?.port == 6640)
    for bad in ["", ":1", "host", "host:70000", "host:x", "[::1", "[::1]x"] {
      #expect(HostPort(bad, defaultPort: nil) == nil)
    }
  }

  @Test func directoriesFollowTheEnvironment() {
    #expect(Paths.absolute("/a", in: "/b") == "/a")
    #expect(Paths.absolute("a", in: "/b") == "/b/a")
    #expect(Paths.absolute("a", in: nil).hasSuffix("/a"))
  }

  @Test func pidfilesNameTheirOwner() throws {
    let path = "/tmp/patchbay-pid-test.\(getpid())"
    defer { unlink(path) }
    #expect(Pidfile.owner(of: path) == nil)
    try Pidfile.create(path, overwrite: false)
    #expect(Pidfile.owner(of: path) == getpid())
    #expect(try ChildProcess.run("cat", [path]).output == "\(getpid())\n")
  }
}
