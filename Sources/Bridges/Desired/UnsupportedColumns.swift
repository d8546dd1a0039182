import OVSDB

/// Columns, and keys of columns, that the database accepts and this version does not act on: the operator
/// is told, once per row and column, instead of being left to wonder. The README's table lists the same ones; a feature
/// that arrives takes its line out of both.
public struct UnsupportedColumns {
  /// Columns by table. A column is in use when it holds something, or `true` when it is a boolean.
  static let columns: [String: [String]] = [
    "Bridge": [
      "mirrors", "netflow", "sflow", "ipfix", "stp_enable", "rstp_enable",
      "mcast_snooping_enable", "auto_attach",
    ],
    "Controller": ["local_ip", "local_netmask", "local_gateway"],
    "Port": ["qos", "lacp", "bond_mode", "bond_fake_iface", "fake_bridge", "protected", "cvlans"],
    "Interface": [
      "ingress_policing_rate", "ingress_policing_burst", "ingress_policing_kpkts_rate",
      "ingress_policing_kpkts_burst", "bfd", "cfm_mpid", "lldp",
    ],
  ]

  /// Keys of map columns. One is in use when its value is not `false`.
  static let keys: [String: [String: [String]]] = [
    "Open_vSwitch": [
      "other_config": ["hw-offload", "n-offload-threads"]
    ],
    "Interface": [
      "options": ["rx-steering"]
    ],
  ]

  private var told: Set<String> = []

  public init() {}

  /// What is in use and was not reported before, as sentences for the log.
  public mutating func news(in database: Database) -> [String] {
    var inUse: Set<String> = []
    for (table, columns) in Self.columns {
      for row in database.rows(table).values {
        let name = row.string("name") ?? row.string("target") ?? ""
        for column in columns where Self.isInUse(row, column) {
          inUse.insert(
            "\(table) \(name): column \(column) is not supported yet and has no effect")
        }
      }
    }
    inUse.formUnion(Self.keysInUse(database))
    defer { told = inUse }
    return inUse.subtracting(told).sorted()
  }

  private static func keysInUse(_ database: Database) -> Set<String> {
    var inUse: Set<String> = []
    for (table, columns) in keys {
      for row in database.rows(table).values {
        let place = [table, row.string("name") ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
        for (column, names) in columns {
          let map = row.map(column)
          for name in names where map[name].map({ $0 != "false" }) ?? false {
            inUse.insert("\(place): \(column):\(name) is not supported yet and has no effect")
          }
        }
      }
    }
    return inUse
  }

  private static func isInUse(_ row: Row, _ column: String) -> Bool {
    switch row.columns[column] {
    case .set(let atoms)?: !atoms.isEmpty && atoms != [.boolean(false)] && atoms != [.integer(0)]
    case .map(let pairs)?: !pairs.isEmpty
    case nil: false
    }
  }
}
