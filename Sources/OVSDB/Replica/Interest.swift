/// What we want to know of the database, and which changes make us act.
///
/// Columns that only we write (statistics, states) are read too, so that nothing is written twice, but
/// a change of theirs is *silent*: it does not call `onChange`.
public struct Interest: Sendable {
  public struct Table: Sendable {
    /// All columns that are read.
    public var columns: Set<String>
    public var silent: Set<String>

    public init(alert: [String], silent: [String] = []) {
      columns = Set(alert + silent)
      self.silent = Set(silent)
    }
  }

  public var tables: [String: Table]

  public init(_ tables: [String: Table]) { self.tables = tables }

  /// Whether somebody has to act on the step from one state of a row to the next.
  func isAlert(_ table: String, _ old: Row?, _ new: Row?) -> Bool {
    guard let wanted = tables[table] else { return false }
    guard let old, let new else { return old != nil || new != nil }
    if old.columns == new.columns { return false }
    return wanted.columns.contains { column in
      !wanted.silent.contains(column) && old.columns[column] != new.columns[column]
    }
  }

  /// The same for two states of everything.
  func isAlert(from old: Database, to new: Database) -> Bool {
    tables.keys.contains { table in
      let before = old.rows(table)
      let after = new.rows(table)
      return Set(before.keys) != Set(after.keys)
        || after.contains { isAlert(table, before[$0.key], $0.value) }
    }
  }

  /// Without what this server's schema does not have. Names what is missing.
  func limited(to schema: Schema) -> (interest: Interest, missing: [String]) {
    var limited: [String: Table] = [:]
    var missing: [String] = []
    for (name, table) in tables {
      guard let known = schema.tables[name] else {
        missing.append("database lacks \(name) table (database needs upgrade?)")
        continue
      }
      var kept = table
      for column in table.columns where known[column] == nil {
        kept.columns.remove(column)
        missing.append("\(name) table in database lacks \(column) column (database needs upgrade?)")
      }
      limited[name] = kept
    }
    return (Interest(limited), missing.sorted())
  }
}
