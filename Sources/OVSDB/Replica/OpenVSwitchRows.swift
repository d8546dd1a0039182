/// Thin types over the rows that configuration starts from: a name for every column that is asked for
/// often, nothing stored beside the row. Further columns are read through `row`.
public struct OpenVSwitchRow {
  public let row: Row

  public init(_ row: Row) { self.row = row }

  public var bridges: [UUID] { row.refs("bridges") }
  public var nextConfiguration: Int64 { row.int("next_cfg") ?? 0 }
  public var currentConfiguration: Int64 { row.int("cur_cfg") ?? 0 }
  public var otherConfig: [String: String] { row.map("other_config") }
  public var ssl: UUID? { row.uuid("ssl") }
}

public struct BridgeRow {
  public let row: Row

  public init(_ row: Row) { self.row = row }

  public var name: String { row.string("name") ?? "" }
  public var ports: [UUID] { row.refs("ports") }
  public var datapathType: String { row.string("datapath_type") ?? "" }
  public var failMode: String? { row.string("fail_mode") }
  public var controllers: [UUID] { row.refs("controller") }
  public var protocols: [String] { row.strings("protocols") }
  public var floodVLANs: [Int64] { row.ints("flood_vlans") }
  public var otherConfig: [String: String] { row.map("other_config") }
}

public struct PortRow {
  public let row: Row

  public init(_ row: Row) { self.row = row }

  public var name: String { row.string("name") ?? "" }
  public var interfaces: [UUID] { row.refs("interfaces") }
  public var tag: Int64? { row.int("tag") }
  public var trunks: [Int64] { row.ints("trunks") }
  public var vlanMode: String? { row.string("vlan_mode") }
  public var otherConfig: [String: String] { row.map("other_config") }
}

public struct InterfaceRow {
  public let row: Row

  public init(_ row: Row) { self.row = row }

  public var name: String { row.string("name") ?? "" }
  public var type: String { row.string("type") ?? "" }
  public var options: [String: String] { row.map("options") }
  public var mac: String? { row.string("mac") }
  public var ofport: Int64? { row.int("ofport") }
  public var ofportRequest: Int64? { row.int("ofport_request") }
  public var mtuRequest: Int64? { row.int("mtu_request") }
  public var otherConfig: [String: String] { row.map("other_config") }
}

extension Database {
  public var openVSwitch: OpenVSwitchRow? { singleton("Open_vSwitch").map(OpenVSwitchRow.init) }

  /// The bridges that count (those the root row refers to), by name.
  public var bridges: [BridgeRow] {
    guard let root = singleton("Open_vSwitch") else { return [] }
    return rows("Bridge", referredBy: root, "bridges").map(BridgeRow.init).sorted {
      $0.name < $1.name
    }
  }

  /// By name.
  public func ports(of bridge: BridgeRow) -> [PortRow] {
    rows("Port", referredBy: bridge.row, "ports").map(PortRow.init).sorted { $0.name < $1.name }
  }

  /// By name.
  public func interfaces(of port: PortRow) -> [InterfaceRow] {
    rows("Interface", referredBy: port.row, "interfaces").map(InterfaceRow.init).sorted {
      $0.name < $1.name
    }
  }
}
