import OVSDB
import Runtime
import Testing

@testable import Bridges

/// What Controller rows become.
@Suite struct ControllerRowTests {
  private func desired(
    _ controllers: [[String: Datum]], _ columns: [String: Datum] = [:]
  ) -> DesiredBridge? {
    var rows = Rows()
    let refs = controllers.map { rows.add("Controller", $0) }
    var columns = columns
    columns["controller"] = .uuids(refs)
    rows.addBridge("br0", columns)
    return DesiredSwitch(rows.database)?.bridges.first
  }

  @Test func defaultsAreOVSs() throws {
    let bridge = try #require(desired([["target": .string("tcp:1.2.3.4")]]))
    let s = try #require(bridge.controllers.first).settings
    #expect(s.kind == .primary && s.maxBackoff == 8 && s.probeInterval == 5 && s.isInBand)
    #expect(s.enablesAsync && s.queueSize == 100 && s.rateLimit == 0 && s.dscp == 48)
    #expect(bridge.pipelineSettings.hasControllers)
    #expect(bridge.inBandRemotes([]).map(\.address) == [0x0102_0304])
  }

  @Test func columnsCount() throws {
    let row: [String: Datum] = [
      "target": .string("tcp:1.2.3.4:7"), "max_backoff": .integer(2500),
      "inactivity_probe": .integer(300), "connection_mode": .string("out-of-band"),
      "enable_async_messages": .bool(false), "controller_queue_size": .integer(7),
      "controller_rate_limit": .integer(200), "controller_burst_limit": .integer(300),
      "type": .string("service"), "other_config": .strings(["dscp": "10"]),
      "local_ip": .string("10.1.2.3"), "local_gateway": .string("10.1.2.1"),
    ]
    let bridge = try #require(desired([row]))
    let controller = try #require(bridge.controllers.first)
    let s = controller.settings
    #expect(s.kind == .service && s.maxBackoff == 2 && s.probeInterval == 1 && !s.isInBand)
    #expect(!s.enablesAsync && s.queueSize == 7 && s.rateLimit == 200 && s.burstLimit == 300)
    #expect(s.dscp == 10)
    #expect(controller.localAddress?.mask == 0xff00_0000)
    #expect(controller.localAddress?.gateway == 0x0a01_0201)
    #expect(!bridge.pipelineSettings.hasControllers && bridge.inBandRemotes([]).isEmpty)
  }

  @Test func bridgesDecideForAll() throws {
    let bridge = try #require(
      desired(
        [["target": .string("tcp:1.2.3.4"), "inactivity_probe": .integer(0)]],
        [
          "protocols": .strings(["OpenFlow13"]),
          "other_config": .strings([
            "disable-in-band": "true", "controller-queue-size": "9", "in-band-queue": "3",
          ]),
        ]))
    let s = try #require(bridge.controllers.first).settings
    #expect(s.probeInterval == 0 && !s.isInBand && s.queueSize == 9 && bridge.inBandQueue == 3)
    #expect(s.versions.greatest == 4 && bridge.managementSettings.versions.greatest == 4)
    #expect(bridge.inBandRemotes([.init(address: 1, port: 2)]).isEmpty)
  }

  @Test func noneIsNone() {
    #expect(desired([["target": .string("none")]])?.controllers == [])
    #expect(
      desired([["target": .string("none")], ["target": .string("ptcp:")]])?.controllers.count == 2)
  }

  /// Whoever writes the database does not get at other sockets of this machine.
  @Test func socketsStayInTheirDirectory() {
    let confinement = Confinement(bridge: "br0")
    let run = Paths.run
    for good in [
      "tcp:1.2.3.4", "unix:ctl", "unix:\(run)/x", "unix://\(run)//x",
      "punix:\(run)/br0.extra",
    ] { #expect(confinement.allows(good), "\(good)") }
    for bad in [
      "unix:/tmp/x", "unix:\(run)/../x", "unix:a/b", "punix:\(run)/br1.extra", "punix:br0.x",
      "punix:\(run)/br0.x/y", "punix:/tmp/br0.x",
    ] { #expect(!confinement.allows(bad), "\(bad)") }
  }

  @Test func keysAndManagers() throws {
    var rows = Rows()
    let ssl = rows.add(
      "SSL",
      [
        "private_key": .string("/k"), "certificate": .string("/c"), "ca_cert": .string("/a"),
        "bootstrap_ca_cert": .bool(true),
      ])
    let managers = [
      ["target": .string("tcp:5.6.7.8:6640")], ["target": .string("tcp:127.0.0.1:6640")],
      ["target": .string("ptcp:6640")],
      ["target": .string("tcp:5.6.7.9:1"), "connection_mode": .string("out-of-band")],
    ].map { rows.add("Manager", $0) }
    rows.setRoot(["ssl": .uuid(ssl), "manager_options": .uuids(managers)])
    let wanted = try #require(DesiredSwitch(rows.database))
    #expect(wanted.tls?.privateKey == "/k" && wanted.tls?.certificate == "/c")
    #expect(wanted.tls?.authority == "/a" && wanted.tls?.bootstrap == true)
    #expect(wanted.inBandManagers == [.init(address: 0x0506_0708, port: 6640)])
  }

  @Test func waysLeadThroughRoutes() {
    let routes = [
      "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0",
      "eth1\t0000A8C0\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
      "Iface\tDestination\tGateway", "", "x\ty\tz\t1\t1\t1\t1\t1",
    ].compactMap(Routes.Route.init)
    #expect(routes.count == 2)
    let neighbours = [
      "IP address HW type Flags HW address Mask Device",
      "10.0.0.1 0x1 0x2 02:00:00:00:00:09 * eth0", "192.168.1.2 0x1 0x0 00:00:00:00:00:00 * eth1",
    ]
    #expect(
      "\(Routes.nextHop(to: 0x0808_0808, routes, neighbours: neighbours))".contains(
        "02:00:00:00:00:09"))
    #expect("\(Routes.nextHop(to: 0xc0a8_0102, routes, neighbours: neighbours))" == "unknown")
    #expect(
      "\(Routes.nextHop(to: 1, Array(routes.dropFirst()), neighbours: []))".hasPrefix("noRoute"))
  }
}
