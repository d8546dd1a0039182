import JSONRPC

/// Changes to the database that happen all or not at all.
public struct Transaction {
  enum Operation {
    case update(table: String, uuid: UUID, columns: [String: Datum])
    case insert(table: String, name: String, columns: [String: Datum])
    case mutate(table: String, uuid: UUID, column: String, mutator: Mutator, value: Datum)
    case delete(table: String, uuid: UUID)
    case verify(table: String, uuid: UUID, column: String)
  }

  public enum Mutator: String, Sendable {
    case add = "+="
    case subtract = "-="
    case insert, delete
  }

  var operations: [Operation] = []

  public init() {}

  public var isEmpty: Bool { operations.isEmpty }

  /// Sets columns of a row. What the row already holds when the transaction is sent is left out, and
  /// so is a row that no longer exists.
  public mutating func update(_ table: String, _ uuid: UUID, _ columns: [String: Datum]) {
    operations.append(.update(table: table, uuid: uuid, columns: columns))
  }

  /// Takes over another's operations.
  public mutating func append(_ other: Transaction) { operations += other.operations }

  /// Makes a row. The result refers to it within this transaction; the outcome tells its UUID.
  @discardableResult
  public mutating func insert(_ table: String, _ columns: [String: Datum]) -> Atom {
    let name = "row\(operations.count)"
    operations.append(.insert(table: table, name: name, columns: columns))
    return .namedUUID(name)
  }

  /// Changes a column relative to what it holds, whatever that is by then.
  public mutating func mutate(
    _ table: String, _ uuid: UUID, _ column: String, _ mutator: Mutator, _ value: Datum
  ) {
    operations.append(
      .mutate(table: table, uuid: uuid, column: column, mutator: mutator, value: value))
  }

  public mutating func delete(_ table: String, _ uuid: UUID) {
    operations.append(.delete(table: table, uuid: uuid))
  }

  /// Makes the transaction fail with `tryAgain` if this column is no longer what we think it is.
  public mutating func verify(_ table: String, _ uuid: UUID, _ column: String) {
    operations.append(.verify(table: table, uuid: uuid, column: column))
  }

  /// What became of a transaction.
  public enum Outcome: Equatable, Sendable {
    /// Nothing was different, so nothing was sent.
    case unchanged
    /// Done; UUIDs of inserted rows in the order of the inserts.
    case success(inserted: [UUID])
    /// The database was not as expected, or the connection went away before the answer came.
    case tryAgain
    /// Another daemon owns the database.
    case notLocked
    case error(String)
  }

  /// Whether it only sets columns, so that it can be joined with others of its kind.
  var isMergeable: Bool {
    operations.allSatisfy { if case .update = $0 { true } else { false } }
  }

  /// Takes over another's updates; where both set a column, the other's value counts.
  mutating func merge(_ other: Transaction) {
    var columns: [RowKey: [String: Datum]] = [:]
    var order: [RowKey] = []
    for case .update(let table, let uuid, let values) in operations + other.operations {
      let key = RowKey(table: table, uuid: uuid)
      if columns[key] == nil { order.append(key) }
      columns[key, default: [:]].merge(values) { $1 }
    }
    operations = order.map { .update(table: $0.table, uuid: $0.uuid, columns: columns[$0] ?? [:]) }
  }

  private struct RowKey: Hashable {
    let table: String
    let uuid: UUID
  }
}
