import Testing

@testable import Bridges
@testable import OVSDB

/// What rows become: usable values as they are, everything else as if it were not there.
@Suite struct DesiredTests {
  @Test func nothingIsWantedWithoutARoot() {
    #expect(DesiredSwitch(Database()) == nil)
    #expect(DesiredSwitch(Rows().database)?.bridges == [])
  }

  @Test func rowsBecomeValues() throws {
    var rows = Rows()
    let eth = rows.add(
      "Interface",
      [
        "name": .string("eth0"), "type": .string("dpdk"), "ofport_request": .integer(7),
        "ofport": .integer(3), "mtu_request": .integer(9000),
        "options": .strings(["dpdk-devargs": "0000:01:00.0"]),
      ])
    let port = rows.add(
      "Port",
      [
        "name": .string("eth0"), "tag": .integer(5), "trunks": .integers([1, 2]),
        "vlan_mode": .string("native-tagged"), "interfaces": .uuid(eth),
        "other_config": .strings(["priority-tags": "true"]),
      ])
    rows.addBridge(
      "br0", ports: [port],
      [
        "fail_mode": .string("secure"), "flood_vlans": .integers([9]),
        "other_config": .strings([
          "datapath-id": "0000000000001234", "mac-aging-time": "60", "mac-table-size": "10",
          "forward-bpdu": "true", "hwaddr": "02:00:00:00:00:01",
        ]),
      ])
    let bridge = try #require(DesiredSwitch(rows.database)?.bridges.first)
    #expect(bridge.name == "br0" && bridge.secureFailMode && bridge.forwardBPDU)
    #expect(bridge.datapathID == 0x1234 && bridge.hardwareAddress == "02:00:00:00:00:01")
    #expect(bridge.macAgingTime == 60 && bridge.macTableSize == 10 && bridge.floodVLANs == [9])
    #expect(bridge.ports.map(\.name) == ["eth0", "br0"])
    let vlan = bridge.ports[0].vlan
    #expect(vlan.mode == "native-tagged" && vlan.tag == 5 && vlan.trunks == [1, 2])
    #expect(vlan.priorityTags == "true")
    let interface = try #require(bridge.ports[0].interfaces.first)
    #expect(interface.type == "dpdk" && interface.mtuRequest == 9000)
    #expect(interface.requestedPort == 7 && interface.previousPort == 3)
    #expect(interface.options == ["dpdk-devargs": "0000:01:00.0"])
    #expect(bridge.ports[1].interfaces.map(\.type) == ["internal"])
  }

  @Test(arguments: ["", "/", "../x", ".hidden", "a/b", "a\u{0}b", "line\nbreak"])
  func bridgesWithUnusableNamesAreLeftOut(name: String) {
    var rows = Rows()
    rows.addBridge(name)
    rows.addBridge("good")
    #expect(DesiredSwitch(rows.database)?.bridges.map(\.name) == ["good"])
  }

  @Test(arguments: [Int64.min, -1, 0, 0xff00, 0xffff, 0x1_0000, .max])
  func impossibleNumbersAreIgnored(number: Int64) throws {
    var rows = Rows()
    let interface = rows.add(
      "Interface",
      [
        "name": .string("p"), "ofport_request": .integer(number), "ofport": .integer(number),
        "mtu_request": .integer(number),
      ])
    let columns: [String: Datum] = [
      "name": .string("p"), "tag": .integer(number | 0x1000), "interfaces": .uuid(interface),
      "trunks": .integers([number | 0x1000, 5]),
    ]
    let port = rows.add("Port", columns)
    rows.addBridge("br0", ports: [port], ["flood_vlans": .integers([number | 0x1000])])
    let bridge = try #require(DesiredSwitch(rows.database)?.bridges.first)
    let wanted = try #require(bridge.ports.first { $0.name == "p" })
    #expect(wanted.interfaces.first?.requestedPort == nil)
    #expect(wanted.interfaces.first?.previousPort == nil)
    #expect(wanted.vlan.tag == nil && wanted.vlan.trunks == [5] && bridge.floodVLANs == [])
  }

  @Test(arguments: [
    ("1234", nil), ("0x1234", 0x1234), ("0000000000000000", nil), ("00000000000000zz", nil),
    ("0x", nil), ("0x12345678901234567", nil), ("ffffffffffffffff", UInt64.max), ("", nil),
  ])
  func datapathIDs(text: String, id: UInt64?) {
    #expect(DesiredBridge.parseDatapathID(text) == id)
  }

  @Test(arguments: ["-1", "99999999999999999999", "x", ""])
  func absurdAgesAndSizesDoNoHarm(text: String) throws {
    var rows = Rows()
    rows.addBridge(
      "br0", ["other_config": .strings(["mac-aging-time": text, "mac-table-size": text])])
    let bridge = try #require(DesiredSwitch(rows.database)?.bridges.first)
    _ = bridge.pipelineSettings
  }

  @Test func theFirstOfTwoInterfacesOfOneNameIsUsed() {
    var rows = Rows()
    for bridge in ["br0", "br1"] {
      let interface = rows.add("Interface", ["name": .string("same")])
      let port = rows.add("Port", ["name": .string("same"), "interfaces": .uuid(interface)])
      rows.addBridge(bridge, ports: [port])
    }
    let all = DesiredSwitch(rows.database)?.bridges.flatMap { $0.interfaces.map(\.1.name) } ?? []
    #expect(all.filter { $0 == "same" }.count == 1)
  }

  @Test func referencesToMissingRowsAndWrongTypesAreIgnored() {
    var rows = Rows()
    let port = rows.add(
      "Port", ["name": .integer(5), "interfaces": .uuid(UUID.zero), "tag": .string("x")])
    rows.addBridge("br0", ports: [port, UUID.zero], ["other_config": .integer(1)])
    #expect(DesiredSwitch(rows.database)?.bridges.first?.ports.map(\.name) == ["br0"])
  }
}

/// A database made row by row.
struct Rows {
  private(set) var database = Database()
  private var bridges: [UUID] = []
  private let root = Rows.uuid(0)
  private var count = 0

  init() { put("Open_vSwitch", root, [:]) }

  private static func uuid(_ n: Int) -> UUID {
    let digits = String(n)
    let text =
      "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
    return UUID(text) ?? .zero
  }

  private mutating func put(_ table: String, _ uuid: UUID, _ columns: [String: Datum]) {
    database.tables[table, default: [:]][uuid] = Row(table: table, uuid: uuid, columns: columns)
  }

  mutating func add(_ table: String, _ columns: [String: Datum]) -> UUID {
    count += 1
    put(table, Rows.uuid(count), columns)
    return Rows.uuid(count)
  }

  mutating func setRoot(_ columns: [String: Datum]) { put("Open_vSwitch", root, columns) }

  mutating func addBridge(_ name: String, ports: [UUID] = [], _ columns: [String: Datum] = [:]) {
    var columns = columns
    columns["name"] = .string(name)
    columns["ports"] = .uuids(ports)
    bridges.append(add("Bridge", columns))
    put("Open_vSwitch", root, ["bridges": .uuids(bridges)])
  }
}
