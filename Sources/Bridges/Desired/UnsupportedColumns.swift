import OVSDB

/// Columns that the database accepts and this version does not act on: the operator is told, once per
/// row and column, instead of being left to wonder. The README's table lists the same ones; a feature
/// that arrives takes its line out of both.
public struct UnsupportedColumns {
  /// Columns by table. A column is in use when it holds something, or `true` when it is a boolean.
  static let columns: [String: [String]] = [
    "Bridge": [
      "controller", "mirrors", "netflow", "sflow", "ipfix", "stp_enable", "rstp_enable",
      "mcast_snooping_enable", "flow_tables", "auto_attach", "protocols",
    ],
    "Port": ["qos", "lacp", "bond_mode", "bond_fake_iface", "fake_bridge", "protected", "cvlans"],
    "Interface": [
      "ingress_policing_rate", "ingress_policing_burst", "ingress_policing_kpkts_rate",
      "ingress_policing_kpkts_burst", "bfd", "cfm_mpid", "lldp",
    ],
  ]

  private var told: Set<String> = []

  public init() {}

  /// What is in use and was not reported before, as sentences for the log.
  public mutating func news(in database: Database) -> [String] {
    var inUse: Set<String> = []
    for (table, columns) in Self.columns {
      for row in database.rows(table).values {
        let name = row.string("name") ?? ""
        for column in columns where Self.isInUse(row, column) {
          inUse.insert(
            "\(table) \(name): column \(column) is not supported yet and has no effect")
        }
      }
    }
    defer { told = inUse }
    return inUse.subtracting(told).sorted()
  }

  private static func isInUse(_ row: Row, _ column: String) -> Bool {
    switch row.columns[column] {
    case .set(let atoms)?: !atoms.isEmpty && atoms != [.boolean(false)] && atoms != [.integer(0)]
    case .map(let pairs)?: !pairs.isEmpty
    case nil: false
    }
  }
}
