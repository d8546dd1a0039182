import JSONRPC

/// The replica: the rows of the monitored tables as the server last told them.
///
/// A value: whoever holds a copy reads one consistent state. `apply` takes over the three dialects in
/// which servers tell changes (RFC 7047 `update`; `update2` and `update3` of ovsdb-server(7)); rows it
/// cannot read are left as they were and counted, because a server that is newer than us must not be
/// able to crash us.
public struct Database: Sendable {
  private var tables: [String: [String: Row]] = [:]
  /// Pieces of updates that were not understood.
  public private(set) var unreadable = 0

  public init() {}

  public func row(_ table: String, _ uuid: String) -> Row? { tables[table]?[uuid] }

  /// The rows of a table, ordered by uuid.
  public func rows(_ table: String) -> [Row] {
    (tables[table] ?? [:]).values.sorted { $0.uuid < $1.uuid }
  }

  /// The rows that a column of `row` refers to, in the order of their uuids.
  public func rows(_ table: String, of row: Row, _ column: String) -> [Row] {
    row.references(column).compactMap { tables[table]?[$0] }
  }

  /// Number of values held, as `memory/show` counts "idl-cells".
  public var cellCount: Int {
    tables.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.columns.count } }
  }

  /// Applies `<table-updates>` (RFC 7047) or `<table-updates2>`; returns whether anything changed.
  mutating func apply(_ updates: JSON, _ schema: Schema) -> Bool {
    guard let byTable = updates.object else { return false }
    var changed = false
    for (table, rows) in byTable {
      for (uuid, update) in rows.object ?? [:] {
        if apply(update, table, uuid, schema) { changed = true }
      }
    }
    return changed
  }

  private mutating func apply(
    _ update: JSON, _ table: String, _ uuid: String, _ schema: Schema
  ) -> Bool {
    guard let members = update.object else { return note() }
    if let row = members["initial"] ?? members["insert"] { return replace(table, uuid, row) }
    if let row = members["modify"] { return modify(table, uuid, row, schema) }
    if members["delete"] != nil { return remove(table, uuid) }
    // RFC 7047: "new" alone inserts, "old" alone deletes, both change the columns of "new".
    if let row = members["new"] { return replace(table, uuid, row) }
    if members["old"] != nil { return remove(table, uuid) }
    return note()
  }

  private mutating func remove(_ table: String, _ uuid: String) -> Bool {
    tables[table]?.removeValue(forKey: uuid) != nil
  }

  private mutating func replace(_ table: String, _ uuid: String, _ json: JSON) -> Bool {
    var row = Row(uuid: uuid)
    for (column, value) in json.object ?? [:] {
      if let datum = Datum(value) { row.columns[column] = datum } else { unreadable += 1 }
    }
    guard tables[table]?[uuid] != row else { return false }
    tables[table, default: [:]][uuid] = row
    return true
  }

  private mutating func modify(
    _ table: String, _ uuid: String, _ json: JSON, _ schema: Schema
  ) -> Bool {
    guard var row = tables[table]?[uuid], let members = json.object else { return note() }
    for (column, value) in members {
      guard let datum = Datum(value) else {
        unreadable += 1
        continue
      }
      row.columns[column] =
        schema.isComposite(table, column) ? row[column].applying(difference: datum) : datum
    }
    tables[table]?[uuid] = row
    return true
  }

  private mutating func note() -> Bool {
    unreadable += 1
    return false
  }
}

extension Datum {
  /// The value that differs from `self` by `difference`: elements of a set change sides; a map's pair
  /// is removed when it is there as it stands, else it is set.
  func applying(difference: Datum) -> Datum {
    switch (self, difference) {
    case (.set(let old), .set(let change)): return .set(old.symmetricDifference(change))
    case (.map(let old), .map(let change)): return .map(Self.merge(old, change))
    case (_, .map(let change)): return isEmpty ? .map(change) : difference
    case (_, .set(let change)): return change.isEmpty ? self : difference
    }
  }

  private static func merge(_ old: [Atom: Atom], _ change: [Atom: Atom]) -> [Atom: Atom] {
    var result = old
    for (key, value) in change { result[key] = old[key] == value ? nil : value }
    return result
  }
}
