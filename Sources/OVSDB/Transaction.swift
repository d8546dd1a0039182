import JSONRPC

/// Changes to be made together (RFC 7047, section 4.1.3). Collect them, then `DatabaseClient.commit`;
/// what the database already says is left out, so a caller may write what it knows again and again.
public struct Transaction {
  public enum Outcome: Equatable, Sendable {
    case success
    /// Nothing had to be sent.
    case unchanged
    /// The server refused; its words.
    case failed(String)
    /// The connection went away, or the lock is somebody else's: unknown or not done.
    case notDone
  }

  private struct Target: Hashable {
    let table: String
    let uuid: String
  }

  private var updates: [Target: [String: Datum]] = [:]
  private var order: [Target] = []

  public init() {}

  public mutating func update(_ table: String, _ uuid: String, _ columns: [String: Datum]) {
    let target = Target(table: table, uuid: uuid)
    if updates[target] == nil { order.append(target) }
    updates[target, default: [:]].merge(columns) { $1 }
  }

  /// Adds another transaction's changes; its word counts where both speak.
  public mutating func merge(_ later: Transaction) {
    for target in later.order {
      update(target.table, target.uuid, later.updates[target] ?? [:])
    }
  }

  /// The operations that are needed to make `database` say what we say.
  func operations(against database: Database, _ schema: Schema) -> [JSON] {
    order.compactMap { target in
      guard let row = database.row(target.table, target.uuid) else { return nil }
      let known = schema.tables[target.table] ?? [:]
      let changes = (updates[target] ?? [:]).filter {
        known[$0.key] != nil && !row[$0.key].sameValue(as: $0.value)
      }
      guard !changes.isEmpty else { return nil }
      return [
        "op": "update", "table": .string(target.table),
        "where": [["_uuid", "==", ["uuid", .string(target.uuid)]]],
        "row": .object(changes.mapValues(\.json)),
      ]
    }
  }
}
