import Datapath
import Fields
import Glibc
import TestSupport
import Testing

@testable import Interfaces
@testable import Runtime

/// What rows of vhost-user ports mean. Pure.
@Suite struct VhostSettingsTests {
  private func settings(
    _ options: [String: String], name: String = "vm0", isClient: Bool = true,
    _ other: [String: String] = [:]
  ) throws -> VhostSettings {
    try VhostSettings(
      InterfaceRequest(name: name, type: "dpdkvhostuser", options: options), isClient: isClient,
      VhostDefaults(other, run: "/run/x"))
  }

  @Test func defaultsAreThoseOfOVS() throws {
    let s = try settings(["vhost-server-path": "/tmp/s"])
    #expect(s.setup.path == "/tmp/s" && s.setup.isClient)
    #expect(s.retries == 8 && s.mtu == 1500 && s.setup.maximumQueues == nil)
    #expect(!s.setup.iommu && !s.setup.postcopy)
    #expect(try settings([:], isClient: false).setup.path == "/run/x/vm0")
  }

  @Test(arguments: [
    ("0", 0), ("32", 32), ("33", 8), ("-1", 8), ("", 8), ("many", 8), ("99999999999999999999", 8),
  ])
  func retriesOutOfRangeAreTheDefault(_ text: String, _ expected: Int) throws {
    #expect(try settings(["tx-retries-max": text]).retries == expected)
  }

  @Test(
    arguments: [("1", 1), ("128", 128), ("0", nil), ("129", nil), ("x", nil)] as [(String, Int?)])
  func queuePairsAreBounded(_ text: String, _ expected: Int?) throws {
    #expect(try settings(["vhost-max-queue-pairs": text]).setup.maximumQueues == expected)
  }

  @Test func theDirectoryStaysBelowOurs() {
    #expect(VhostDefaults(["vhost-sock-dir": "vm"], run: "/run/x").directory == "/run/x/vm")
    let outside = VhostDefaults(["vhost-sock-dir": "../vm"], run: "/run/x")
    #expect(outside.directory == "/run/x")
    #expect(outside.complaint?.contains("has invalid characters '..'") == true)
    #expect(VhostDefaults().offloads && VhostDefaults(["userspace-tso-enable": "true"]).offloads)
    #expect(!VhostDefaults(["userspace-tso-enable": "false"]).offloads)
    let both = VhostDefaults(["vhost-iommu-support": "true", "vhost-postcopy-support": "true"])
    #expect(both.iommu && both.postcopy && both.complaint == nil)
  }

  @Test func pathsThatNoSocketCanHaveAreRefused() throws {
    let longest = "/" + String(repeating: "x", count: VhostSettings.longestPath - 1)
    #expect(try settings(["vhost-server-path": longest]).setup.path == longest)
    #expect(throws: TextError.self) { try settings(["vhost-server-path": longest + "x"]) }
    #expect(
      throws: TextError("could not open network device a/b (Invalid argument)")
    ) { try settings([:], name: "a/b", isClient: false) }
  }

  @Test func everyConditionButOneHasAReason() {
    let all: [VhostCondition] = [
      .noPath, .noSocket, .notASocket, .abandoned, .unreachable("why"), .noGuest, .noDriver,
      .noQueues, .replaced,
    ]
    #expect(Set(all.compactMap { $0.reason(path: "/p") }).count == all.count)
    #expect(VhostCondition.running.reason(path: "/p") == nil)
    #expect(
      VhostCondition(probe: EACCES).reason(path: "/p")?.hasSuffix("Permission denied") == true)
    #expect(all.filter(\.isTrouble) == [.notASocket, .unreachable("why"), .replaced])
  }
}

/// Sockets as they are found. Needs DPDK's environment, and no hugepages.
@Suite(.serialized) struct VhostSocketTests {
  private let directory = "/tmp/vhost-tests-\(getpid())"

  init() throws {
    try DPDK.start([
      "dpdk-init": "true", "dpdk-extra": "--no-huge --no-shconf -m 384 --no-pci --no-telemetry",
    ])
    mkdir(directory, 0o700)
  }

  /// A socket at a path, listening or not.
  private func socketFile(_ path: String, listening: Bool) -> Int32 {
    unlink(path)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
    withUnsafePointer(to: name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if listening { listen(descriptor, 1) }
    return descriptor
  }

  private func make(_ name: String, _ factory: InterfaceFactory) throws -> any InterfaceDevice {
    try factory.make(InterfaceRequest(name: name, type: "dpdkvhostuser"))
  }

  @Test func aProbeTellsWhoIsThereAndDisturbsNobody() {
    let path = "\(directory)/probed"
    #expect(VhostPort.probe(path) == ENOENT)
    let listener = socketFile(path, listening: true)
    #expect(VhostPort.probe(path) == nil)
    // Nobody knocked.
    var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    #expect(poll(&waiting, 1, 10) == 0)
    close(listener)
    #expect(VhostPort.probe(path) == ECONNREFUSED)
    unlink(path)
    close(open(path, O_CREAT | O_WRONLY, 0o600))
    #expect(VhostPort.probe(path) == ENOTSOCK)
    unlink(path)
  }

  @Test func aServerReplacesOnlyWhatNobodyHas() throws {
    let factory = InterfaceFactory()
    factory.vhostDefaults.directory = directory
    close(socketFile("\(directory)/left", listening: true))
    let port = try make("left", factory)
    #expect(VhostPort.probe("\(directory)/left") == nil)
    #expect(port.status.status["mode"] == "server" && !port.status.linkUp)
    #expect(port.status.status["reason"]?.hasPrefix("waiting for a guest to connect to") == true)
    // Its own twin finds somebody there.
    #expect(throws: TextError("left: socket \(directory)/left is in use by another program")) {
      _ = try make("left", factory)
    }
    port.destroy()
    #expect(VhostPort.probe("\(directory)/left") == ENOENT)
  }

  @Test func aServerNoticesWhatBecomesOfItsSocket() throws {
    let factory = InterfaceFactory()
    factory.vhostDefaults.directory = directory
    let path = "\(directory)/watched"
    let port = try make("watched", factory)
    unlink(path)
    #expect(port.status.status["reason"]?.hasPrefix("waiting for a guest") == true)
    #expect(VhostPort.probe(path) == nil)
    unlink(path)
    close(open(path, O_CREAT | O_WRONLY, 0o600))
    _ = port.status
    #expect(port.trouble == "watched: another file has taken the place of socket \(path)")
    port.destroy()
    #expect(VhostPort.probe(path) == ENOTSOCK)
    unlink(path)
  }

  @Test func aClientWaitsAndSaysForWhat() throws {
    let factory = InterfaceFactory()
    func client(_ path: String) throws -> any InterfaceDevice {
      try factory.make(
        InterfaceRequest(
          name: "c", type: "dpdkvhostuserclient", options: ["vhost-server-path": path]))
    }
    let port = try client("\(directory)/none")
    #expect(port.status.status["status"] == "disconnected" && port.trouble == nil)
    #expect(throws: TextError.self) { _ = try client("\(directory)/none") }
    port.destroy()
    let file = "\(directory)/file"
    close(open(file, O_CREAT | O_WRONLY, 0o600))
    let troubled = try client(file)
    #expect(troubled.trouble == "c: \(file) is not a socket")
    troubled.destroy()
    unlink(file)
  }
}
