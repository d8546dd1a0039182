import JSONRPC
import Runtime

/// How a server tells of changes: `update` (RFC 7047: old and new rows), or `update2` and `update3`
/// (ovsdb-server's: the difference).
enum UpdateFormat {
  case whole
  case difference
}

/// Applies what the server tells. Any of it may be nonsense: what cannot be understood is an error,
/// after which the client asks for everything anew.
extension Database {
  /// Applies `<table-updates>` and returns whether any column changed that `isAlert` tells apart.
  mutating func apply(
    _ updates: JSON, _ format: UpdateFormat, _ schema: Schema, _ interest: Interest
  ) throws -> Bool {
    guard let updates = updates.object else {
      throw TextError("<table-updates> is not an object")
    }
    var alert = false
    for (table, rows) in updates {
      guard interest.tables[table] != nil, let types = schema.tables[table] else {
        throw TextError("<table-updates> includes unknown table \"\(table)\"")
      }
      guard let rows = rows.object else {
        throw TextError("<table-update> for table \"\(table)\" is not an object")
      }
      for (key, update) in rows {
        guard let uuid = UUID(key), update.object != nil else {
          throw TextError("<table-update> for table \"\(table)\" contains bad UUID \"\(key)\"")
        }
        let old = tables[table]?[uuid]
        let context = RowContext(table: table, uuid: uuid, types: types, interest: interest)
        let new =
          try format == .whole ? context.whole(update) : context.difference(update, from: old)
        tables[table, default: [:]][uuid] = new
        alert = alert || interest.isAlert(table, old, new)
      }
    }
    return alert
  }
}

/// One row's update.
private struct RowContext {
  let table: String
  let uuid: UUID
  let types: [String: ColumnType]
  let interest: Interest

  /// The row after an RFC 7047 `<row-update>`; nil if it is gone.
  func whole(_ update: JSON) throws -> Row? {
    guard let columns = update["new"] else { return nil }
    return try filled(columns)
  }

  /// The row after a `<row-update2>`; nil if it is gone.
  func difference(_ update: JSON, from old: Row?) throws -> Row? {
    if let columns = update["initial"] ?? update["insert"] { return try filled(columns) }
    if update["delete"] != nil { return nil }
    guard let changes = update["modify"] else { throw TextError("<row-update2> has no operation") }
    guard var row = old else {
      throw TextError("modify for row \(uuid) that table \(table) does not have")
    }
    for (column, value) in try read(changes) {
      let differs = types[column]?.isUpdatedByDifference == true
      row.columns[column] =
        differs ? row.columns[column]?.applying(difference: value) ?? value : value
    }
    return row
  }

  /// A new row: columns that were not told have their default.
  private func filled(_ columns: JSON) throws -> Row {
    var row = Row(table: table, uuid: uuid)
    for column in interest.tables[table]?.columns ?? [] {
      row.columns[column] = types[column]?.defaultDatum
    }
    row.columns.merge(try read(columns)) { _, told in told }
    return row
  }

  private func read(_ columns: JSON) throws -> [String: Datum] {
    guard let columns = columns.object else { throw TextError("<row> is not an object") }
    var read: [String: Datum] = [:]
    for (column, value) in columns {
      guard let type = types[column] else {
        throw TextError("unknown column \"\(column)\" in table \"\(table)\"")
      }
      read[column] = try Datum(value, type)
    }
    return read
  }
}
