/// One row, as it was when the database last told. A value: keep it as long as you like.
public struct Row: Equatable, Sendable {
  public let table: String
  public let uuid: UUID
  public internal(set) var columns: [String: Datum]

  public init(table: String, uuid: UUID, columns: [String: Datum] = [:]) {
    self.table = table
    self.uuid = uuid
    self.columns = columns
  }

  /// All atoms of a set; empty for a map or a column that this database does not have.
  public func set(_ column: String) -> [Atom] {
    if case .set(let atoms) = columns[column] { atoms } else { [] }
  }

  public func string(_ column: String) -> String? { strings(column).first }
  public func int(_ column: String) -> Int64? { ints(column).first }
  public func uuid(_ column: String) -> UUID? { refs(column).first }

  public func bool(_ column: String) -> Bool? {
    if case .boolean(let value) = set(column).first { value } else { nil }
  }

  public func real(_ column: String) -> Double? {
    if case .real(let value) = set(column).first { value } else { nil }
  }

  public func strings(_ column: String) -> [String] {
    set(column).compactMap { if case .string(let value) = $0 { value } else { nil } }
  }

  public func ints(_ column: String) -> [Int64] {
    set(column).compactMap { if case .integer(let value) = $0 { value } else { nil } }
  }

  /// References to other rows.
  public func refs(_ column: String) -> [UUID] {
    set(column).compactMap { if case .uuid(let value) = $0 { value } else { nil } }
  }

  private func pairs(_ column: String) -> [Atom: Atom] {
    if case .map(let pairs) = columns[column] { pairs } else { [:] }
  }

  /// A map from integers to references, like `flow_tables`.
  public func refsByNumber(_ column: String) -> [Int64: UUID] {
    var map: [Int64: UUID] = [:]
    for case (.integer(let key), .uuid(let value)) in pairs(column) { map[key] = value }
    return map
  }

  /// A map from strings to strings, like `options` and `other_config`.
  public func map(_ column: String) -> [String: String] {
    var map: [String: String] = [:]
    for case (.string(let key), .string(let value)) in pairs(column) { map[key] = value }
    return map
  }

}
