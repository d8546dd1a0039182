import OVSDB
import Runtime

extension DesiredSwitch {
  /// Reads what the database asks for. Nil when there is no Open_vSwitch row (yet). Two interfaces of
  /// one name are the database's error; the later one is left out, and said so.
  public init?(_ database: Database) {
    guard let root = database.singleton("Open_vSwitch") else { return nil }
    self.init()
    var seen: Set<String> = []
    for row in database.rows("Bridge", referredBy: root, "bridges") {
      guard let bridge = DesiredBridge(row, database, &seen) else { continue }
      bridges.append(bridge)
    }
    bridges.sort { $0.name < $1.name }
  }
}

extension DesiredBridge {
  init?(_ row: Row, _ database: Database, _ seen: inout Set<String>) {
    guard let name = row.string("name"), Self.isUsable(name) else {
      log.warnRL(badRows, "ignoring bridge with unusable name '\(row.string("name") ?? "")'")
      return nil
    }
    self.init(name: name, uuid: row.uuid)
    let other = row.map("other_config")
    datapathType = row.string("datapath_type") ?? ""
    secureFailMode = row.string("fail_mode") == "secure"
    datapathID = other["datapath-id"].flatMap(Self.parseDatapathID)
    hardwareAddress = other["hwaddr"]
    forwardBPDU = other["forward-bpdu"] == "true"
    macAgingTime = other["mac-aging-time"].flatMap { Int($0) } ?? macAgingTime
    macTableSize = other["mac-table-size"].flatMap { Int($0) } ?? macTableSize
    floodVLANs = Set(row.ints("flood_vlans").compactMap(vlanID))
    ports = database.rows("Port", referredBy: row, "ports").compactMap {
      DesiredPort($0, database, &seen)
    }
    ports.sort { $0.name < $1.name }
    addLocalPort()
  }

  /// A bridge has a port of its own name, even when the database forgot to give it one.
  private mutating func addLocalPort() {
    guard !interfaces.contains(where: { $0.1.name == name }) else { return }
    var port = DesiredPort(name: name, uuid: nil)
    var interface = DesiredInterface(name: name, uuid: nil)
    interface.type = "internal"
    port.interfaces = [interface]
    ports.append(port)
  }

  /// A name becomes part of file names (sockets), so it must not lead elsewhere.
  static func isUsable(_ name: String) -> Bool {
    !name.isEmpty && !name.contains("/") && !name.hasPrefix(".")
      && !name.utf8.contains { $0 < 0x20 }
  }

  /// Exactly 16 hex digits (or "0x" and up to 16), and not zero.
  static func parseDatapathID(_ text: String) -> UInt64? {
    let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text[...]
    guard digits.utf8.count == 16 || (text.hasPrefix("0x") && (1...16).contains(digits.utf8.count)),
      let id = UInt64(digits, radix: 16), id != 0
    else { return nil }
    return id
  }
}

extension DesiredPort {
  init?(_ row: Row, _ database: Database, _ seen: inout Set<String>) {
    guard let name = row.string("name") else { return nil }
    self.init(name: name, uuid: row.uuid)
    vlan.mode = row.string("vlan_mode")
    vlan.tag = row.int("tag").flatMap(vlanID)
    vlan.trunks = Set(row.ints("trunks").compactMap(vlanID))
    vlan.priorityTags = row.map("other_config")["priority-tags"]
    interfaces = database.rows("Interface", referredBy: row, "interfaces").compactMap { interface in
      guard let desired = DesiredInterface(interface) else { return nil }
      guard seen.insert(desired.name).inserted else {
        log.warnRL(badRows, "multiple interfaces are named \(desired.name), using the first one")
        return nil
      }
      return desired
    }
    interfaces.sort { $0.name < $1.name }
  }
}

extension DesiredInterface {
  init?(_ row: Row) {
    guard let name = row.string("name"), !name.isEmpty else { return nil }
    self.init(name: name, uuid: row.uuid)
    type = row.string("type") ?? ""
    options = row.map("options")
    otherConfig = row.map("other_config")
    requestedPort = row.int("ofport_request").flatMap(Self.port)
    previousPort = row.int("ofport").flatMap(Self.port)
    mac = row.string("mac")
    mtuRequest = row.int("mtu_request").flatMap { Int(exactly: $0) }
  }

  private static func port(_ n: Int64) -> UInt16? {
    UInt16(exactly: n).flatMap { OpenFlowPortNumbers.isValid($0) ? $0 : nil }
  }
}

private func vlanID(_ n: Int64) -> UInt16? { (0...4095).contains(n) ? UInt16(n) : nil }

private let badRows = LogRateLimit(5, 5)
