import OVSDB
import OpenFlow
import Runtime

extension DesiredSwitch {
  /// Reads what the database asks for. Nil when there is no Open_vSwitch row (yet). Two interfaces of
  /// one name are the database's error; the later one is left out, and said so.
  ///
  /// - Parameter confined: whether sockets that the database names must be in our directory.
  public init?(_ database: Database, confined: Bool = true) {
    guard let root = database.singleton("Open_vSwitch") else { return nil }
    self.init()
    tls = database.rows("SSL", referredBy: root, "ssl").first.map(TLSSettings.init)
    inBandManagers = database.rows("Manager", referredBy: root, "manager_options").compactMap {
      ManagerAddress($0)
    }
    var seen: Set<String> = []
    for row in database.rows("Bridge", referredBy: root, "bridges") {
      guard let bridge = DesiredBridge(row, database, &seen, confined) else { continue }
      bridges.append(bridge)
    }
    bridges.sort { $0.name < $1.name }
  }
}

extension DesiredBridge {
  init?(_ row: Row, _ database: Database, _ seen: inout Set<String>, _ confined: Bool) {
    guard let name = row.string("name"), Self.isUsable(name) else {
      log.warnRL(badRows, "ignoring bridge with unusable name '\(row.string("name") ?? "")'")
      return nil
    }
    self.init(name: name, uuid: row.uuid)
    let other = row.map("other_config")
    datapathType = row.string("datapath_type") ?? ""
    secureFailMode = row.string("fail_mode") == "secure"
    protocols = row.strings("protocols")
    datapathID = other["datapath-id"].flatMap(Self.parseDatapathID)
    hardwareAddress = other["hwaddr"]
    forwardBPDU = other["forward-bpdu"] == "true"
    macAgingTime = other["mac-aging-time"].flatMap { Int($0) } ?? macAgingTime
    macTableSize = other["mac-table-size"].flatMap { Int($0) } ?? macTableSize
    flowTables = Self.flowTables(of: row, database)
    floodVLANs = Set(row.ints("flood_vlans").compactMap(vlanID))
    readControllers(row, database, confined)
    ports = database.rows("Port", referredBy: row, "ports").compactMap {
      DesiredPort($0, database, &seen)
    }
    ports.sort { $0.name < $1.name }
    addLocalPort()
  }

  private mutating func readControllers(_ row: Row, _ database: Database, _ confined: Bool) {
    let other = row.map("other_config")
    disablesInBand = other["disable-in-band"] == "true"
    inBandQueue = other["in-band-queue"].flatMap { UInt32($0) }
    if let size = other["controller-queue-size"].flatMap({ Int($0) }), (1...512).contains(size) {
      queueSize = size
    }
    let rows = database.rows("Controller", referredBy: row, "controller")
    if rows.count == 1, rows.first?.string("target") == "none" { return }
    let confinement = Confinement(bridge: name)
    controllers = rows.compactMap { DesiredController($0, self) }
      .filter { !confined || confinement.allows($0.target) }
      .sorted { $0.target < $1.target }
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

extension TLSSettings {
  init(_ row: Row) {
    self.init()
    privateKey = row.string("private_key")
    certificate = row.string("certificate")
    if let authority = row.string("ca_cert") {
      setAuthority(authority, bootstrap: row.bool("bootstrap_ca_cert") ?? false)
    }
  }
}

extension DesiredSwitch.ManagerAddress {
  /// Nil for a manager that is reached otherwise, or is on this machine.
  init?(_ row: Row) {
    guard row.string("connection_mode") != "out-of-band",
      let remote = row.string("target").flatMap({ Remote($0) }),
      let address = remote.ipv4, address.0 != 0x7f00_0001
    else { return nil }
    self.init(address: address.0, port: address.port)
  }
}

extension Remote {
  /// The address and port, if it is reached over IPv4.
  var ipv4: (UInt32, port: UInt16)? {
    switch self {
    case .unix: nil
    case .tcp(let place), .ssl(let place): IPv4Text.parse(place.host).map { ($0, place.port) }
    }
  }
}

private func vlanID(_ n: Int64) -> UInt16? { (0...4095).contains(n) ? UInt16(n) : nil }

private let badRows = LogRateLimit(5, 5)
