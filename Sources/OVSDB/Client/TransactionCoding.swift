import JSONRPC

/// Transactions as RFC 7047, 5.2, writes them.
extension Transaction {
  /// Parameters of `transact` without the database's name, as far as there is anything to do for this
  /// state of the replica. Columns that the schema lacks are left out.
  func encoded(for database: Database, _ schema: Schema) -> [JSON] {
    operations.compactMap { encode($0, database, schema) }
  }

  private func encode(_ operation: Operation, _ database: Database, _ schema: Schema) -> JSON? {
    switch operation {
    case .update(let table, let uuid, let columns):
      guard let row = database.row(table, uuid) else { return nil }
      let changed = known(columns, table, schema).filter { row.columns[$0.key] != $0.value }
      if changed.isEmpty { return nil }
      return [
        "op": "update", "table": .string(table), "where": Self.equals(uuid),
        "row": .object(changed.mapValues(\.json)),
      ]
    case .insert(let table, let name, let columns):
      return [
        "op": "insert", "table": .string(table), "uuid-name": .string(name),
        "row": .object(known(columns, table, schema).mapValues(\.json)),
      ]
    case .mutate(let table, let uuid, let column, let mutator, let value):
      return [
        "op": "mutate", "table": .string(table), "where": Self.equals(uuid),
        "mutations": [[.string(column), .string(mutator.rawValue), value.json]],
      ]
    case .delete(let table, let uuid):
      return ["op": "delete", "table": .string(table), "where": Self.equals(uuid)]
    case .verify(let table, let uuid, let column):
      let rows = database.row(table, uuid).map { row -> JSON in
        [.object([column: (row.columns[column] ?? .empty).json])]
      }
      return [
        "op": "wait", "table": .string(table), "where": Self.equals(uuid), "timeout": 0,
        "columns": [.string(column)], "until": "==", "rows": rows ?? [],
      ]
    }
  }

  private func known(_ columns: [String: Datum], _ table: String, _ schema: Schema)
    -> [String: Datum]
  {
    columns.filter { schema.type(table, $0.key) != nil }
  }

  private static func equals(_ uuid: UUID) -> JSON {
    [["_uuid", "==", ["uuid", .string(uuid.description)]]]
  }

  /// What the server's answer means.
  static func outcome(of results: JSON) -> Outcome {
    guard let results = results.array else { return .error("bad reply: \(results.text)") }
    for result in results {
      guard let error = result["error"]?.string else { continue }
      switch error {
      case "timed out": return .tryAgain
      case "not owner": return .notLocked
      default: return .error(result["details"]?.string.map { "\(error): \($0)" } ?? error)
      }
    }
    return .success(
      inserted: results.compactMap { $0["uuid"]?.tagged("uuid")?.string.flatMap { UUID($0) } })
  }
}
