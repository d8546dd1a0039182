import JSONRPC

/// What the replica must know of the server's schema: which columns hold more than one element, since
/// changes of those come as differences (ovsdb-server(7), section 4.1.15), and which there are.
struct Schema: Equatable {
  var version = ""
  /// By table and column: whether the column is a set or map that may have more than one element.
  var tables: [String: [String: Bool]] = [:]

  init?(_ json: JSON) {
    guard let tables = json["tables"]?.object else { return nil }
    version = json["version"]?.string ?? ""
    for (name, table) in tables {
      self.tables[name] = (table["columns"]?.object ?? [:]).mapValues { Self.isComposite($0) }
    }
  }

  private static func isComposite(_ column: JSON) -> Bool {
    guard let type = column["type"]?.object, let max = type["max"] else { return false }
    return max.string == "unlimited" || (max.integer ?? 1) > 1
  }

  func isComposite(_ table: String, _ column: String) -> Bool {
    tables[table]?[column] ?? false
  }
}
