import Glibc
import Runtime
import Testing

@testable import OVSDB

/// The client with a real ovsdb-server and the real ovs-vsctl.
@Suite(.enabled(if: PrivateServer.isAvailable, "needs ovsdb-server"))
struct ClientTests {
  @Test func readsAndFollowsTheDatabase() throws {
    let server = try PrivateServer()
    try server.configure(
      "add-br", "br0", "--", "set", "bridge", "br0", "other_config:a=b", "--", "add-port", "br0",
      "p",
      "tag=5", "--", "set", "interface", "p", "type=patch", "options:peer=q")
    let harness = try ClientHarness(server.remote)
    #expect(harness.eventually { $0.state == .init(isConnected: true, lock: .held) })
    #expect(
      try harness.control.sync {
        let database = harness.client.database
        let bridge = database.bridges[0]
        let ports = database.ports(of: bridge)
        let interface = database.rows("Interface", referredBy: ports[1], "interfaces")[0]
        return bridge.string("name") == "br0" && bridge.map("other_config") == ["a": "b"]
          && ports.map { $0.string("name") } == ["br0", "p"] && ports[1].int("tag") == 5
          && interface.string("type") == "patch" && interface.map("options") == ["peer": "q"]
          && harness.client.schema.version == "8.3.1"
      })
    #expect(harness.changeCount == 1)
    try server.configure("set", "bridge", "br0", "other_config:a=c", "other_config:d=e")
    #expect(
      harness.eventually { $0.database.bridges[0].map("other_config") == ["a": "c", "d": "e"] })
    try server.configure("del-port", "p")
    #expect(harness.eventually { $0.database.ports(of: $0.database.bridges[0]).count == 1 })
    #expect(harness.changeCount == 3)
    try server.configure("del-br", "br0")
    #expect(harness.eventually { $0.database.bridges.isEmpty })
  }

  @Test func writesOnlyWhatIsNew() throws {
    let server = try PrivateServer()
    try server.configure("add-br", "br0")
    let harness = try ClientHarness(server.remote)
    #expect(harness.eventually { $0.state.isConnected })
    func setStatus(_ ofport: Int, mac: String) throws -> Transaction.Outcome {
      try harness.commit { transaction, database in
        for interface in database.rows("Interface").keys {
          transaction.update(
            "Interface", interface,
            [
              "ofport": .integer(ofport), "mac_in_use": .string(mac),
              "statistics": .integers(["rx": 1]),
            ])
        }
      }
    }
    #expect(try setStatus(7, mac: "00:00:00:00:00:01") == .success(inserted: []))
    #expect(
      try server.get("interface", "br0", "ofport", "mac_in_use", "statistics:rx")
        == "7 \"00:00:00:00:00:01\" 1")
    #expect(try setStatus(7, mac: "00:00:00:00:00:01") == .unchanged)
    #expect(try setStatus(8, mac: "00:00:00:00:00:01") == .success(inserted: []))
    #expect(harness.changeCount == 1)
  }

  @Test func failuresAreTold() throws {
    let server = try PrivateServer()
    try server.configure("add-br", "br0")
    let harness = try ClientHarness(server.remote)
    #expect(harness.eventually { $0.state.isConnected })
    let bad = try harness.commit { transaction, database in
      for bridge in database.rows("Bridge").keys {
        transaction.update("Bridge", bridge, ["fail_mode": .string("nonsense")])
      }
    }
    #expect(
      bad
        == .error(
          "constraint violation: nonsense is not one of the allowed values ([secure, standalone])"))
    // The row changes between our look at it and the server's.
    let verified = try harness.commit { transaction, database in
      guard let root = database.singleton("Open_vSwitch") else { return }
      transaction.mutate("Open_vSwitch", root.uuid, "next_cfg", .add, .integer(1))
      transaction.verify("Open_vSwitch", root.uuid, "next_cfg")
    }
    #expect(verified == .tryAgain)
    let inserted = try harness.commit { transaction, _ in
      transaction.insert("Open_vSwitch", [:])
    }
    if case .error(let text) = inserted {
      #expect(text.contains("constraint violation"))
    } else {
      Issue.record("a second root row was accepted: \(inserted)")
    }
  }

  @Test func ovsVsctlSeesThatItsChangeIsApplied() throws {
    let server = try PrivateServer()
    let harness = try ClientHarness(server.remote)
    let client = harness.client
    try harness.control.sync {
      client.onChange = { database in
        guard let root = database.singleton("Open_vSwitch"), let next = root.int("next_cfg"),
          next != root.int("cur_cfg")
        else { return }
        var transaction = Transaction()
        transaction.update(
          "Open_vSwitch", root.uuid, ["cur_cfg": .integer(next)])
        client.commit(transaction)
      }
    }
    for name in ["br0", "br1"] {
      let result = try ChildProcess.run(
        "/usr/bin/ovs-vsctl", ["--db=\(server.remote)", "--retry", "--timeout=30", "add-br", name])
      #expect(result.status.exitCode == 0, "\(result.errorOutput)")
    }
  }

  @Test func aRestartedServerIsFoundQuicklyAndChangesNothing() throws {
    let server = try PrivateServer()
    try server.configure("add-br", "br0")
    let harness = try ClientHarness(server.remote)
    #expect(harness.eventually { $0.state == .init(isConnected: true, lock: .held) })
    server.kill()
    #expect(harness.eventually { !$0.state.isConnected })
    #expect(try harness.control.sync { harness.client.database.bridges.count } == 1)
    usleep(300_000)
    try server.start()
    let start = Clock.shared.monotonicMilliseconds
    #expect(harness.eventually { $0.state == .init(isConnected: true, lock: .held) })
    #expect(Clock.shared.monotonicMilliseconds - start < 1000)
    #expect(harness.changeCount == 1)
    server.kill()
    try server.start()
    #expect(harness.eventually { $0.state.isConnected })
    try server.configure("add-br", "br1")
    #expect(harness.eventually { $0.database.bridges.count == 2 })
    #expect(harness.changeCount == 2)
  }

  @Test func theServerMayComeLater() throws {
    let server = try PrivateServer()
    server.kill()
    let harness = try ClientHarness(server.remote)
    usleep(50_000)
    #expect(harness.changeCount == 0)
    try server.start()
    #expect(harness.eventually { $0.state.isConnected })
    #expect(harness.changeCount == 1)
  }

  @Test func oneDaemonAtATimeOwnsTheDatabase() throws {
    let server = try PrivateServer()
    try server.configure("add-br", "br0")
    let write: (inout Transaction, Database) -> Void = { transaction, database in
      for bridge in database.rows("Bridge").keys {
        transaction.update("Bridge", bridge, ["datapath_version": .string("x\(getpid())")])
      }
    }
    let second: ClientHarness
    do {
      let first = try ClientHarness(server.remote)
      #expect(first.eventually { $0.state.lock == .held })
      second = try ClientHarness(server.remote)
      #expect(second.eventually { $0.state == .init(isConnected: true, lock: .elsewhere) })
      #expect(try second.commit(write) == .notLocked)
    }
    #expect(second.eventually { $0.state.lock == .held })
    #expect(try second.commit(write) == .success(inserted: []))
  }
}

extension Database {
  /// The bridges that count: those the root row refers to.
  fileprivate var bridges: [Row] {
    singleton("Open_vSwitch").map { rows("Bridge", referredBy: $0, "bridges") } ?? []
  }

  /// By name.
  fileprivate func ports(of bridge: Row) -> [Row] {
    rows("Port", referredBy: bridge, "ports").sorted {
      ($0.string("name") ?? "") < ($1.string("name") ?? "")
    }
  }
}
