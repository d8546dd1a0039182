import Glibc
import NIOCore
import NIOPosix
import Runtime
import Testing

@testable import OVSDB

/// `ssl:` against the real server, with keys made for the occasion.
@Suite(
  .enabled(
    if: PrivateServer.isAvailable && access("/usr/bin/openssl", X_OK) == 0,
    "needs ovsdb-server and openssl"))
final class TLSTests {
  private let server: PrivateServer
  private let port: Int

  /// Making keys takes time, so there is one server for all.
  private static let shared = Result { try makeServer() }

  init() throws { (server, port) = try Self.shared.get() }

  private static func makeServer() throws -> (PrivateServer, Int) {
    let server = try PrivateServer()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    defer { try? group.syncShutdownGracefully() }
    let probe = try ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).wait()
    let port = probe.localAddress?.port ?? 0
    try probe.close().wait()
    let script = """
      set -e; cd \(server.directory)
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 -subj /CN=ca \
        -keyout ca.key -out ca.pem
      for n in sw db; do
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$n \
          -keyout $n.key -out $n.csr
        openssl x509 -req -days 9 -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $n.pem
      done
      """
    let made = try ChildProcess.run("sh", ["-c", script])
    guard made.status.exitCode == 0 else { throw TextError(made.errorOutput) }
    try server.restart(
      "--remote=pssl:\(port):127.0.0.1", "--private-key=\(server.directory)/db.key",
      "--certificate=\(server.directory)/db.pem", "--ca-cert=\(server.directory)/ca.pem",
      "--peer-ca-cert=\(server.directory)/ca.pem")
    // A static value has no deinit; the server shall not outlive the tests.
    ExitHooks.atExit { server.remove() }
    return (server, port)
  }

  private func harness(_ adjust: (inout TLSSettings) -> Void) throws -> ClientHarness {
    try ClientHarness("ssl:127.0.0.1:\(port)") { configuration in
      configuration.tls.privateKey = "\(server.directory)/sw.key"
      configuration.tls.certificate = "\(server.directory)/sw.pem"
      adjust(&configuration.tls)
    }
  }

  @Test func peersWithTheRightAuthorityAreTrusted() throws {
    let good = try harness { $0.setAuthority("\(server.directory)/ca.pem", bootstrap: false) }
    #expect(good.eventually { $0.state == .init(isConnected: true, lock: .held) })
    let wrong = try harness { $0.setAuthority("\(server.directory)/sw.pem", bootstrap: false) }
    usleep(300_000)
    #expect(try wrong.control.sync { wrong.client.state.isConnected } == false)
  }

  @Test func theAuthorityIsLearnedOnFirstUse() throws {
    let learned = "\(server.directory)/learned.pem"
    let harness = try harness { $0.setAuthority(learned, bootstrap: true) }
    #expect(harness.eventually { $0.state.isConnected })
    let difference = try ChildProcess.run("cmp", [learned, "\(server.directory)/ca.pem"])
    #expect(difference.status.exitCode == 0, "\(difference.output)")
  }

  @Test func missingFilesAreNoCrash() throws {
    let harness = try harness { $0.privateKey = nil }
    usleep(100_000)
    #expect(try harness.control.sync { harness.client.state.isConnected } == false)
  }
}
