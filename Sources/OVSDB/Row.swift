/// A row of the replica, with getters that never fail: a column of another type than asked for, or
/// one the server's schema does not have, reads as its default.
public struct Row: Equatable, Sendable {
  public let uuid: String
  var columns: [String: Datum]

  init(uuid: String, columns: [String: Datum] = [:]) {
    self.uuid = uuid
    self.columns = columns
  }

  public subscript(_ column: String) -> Datum { columns[column] ?? .empty }

  private func atoms(_ column: String) -> Set<Atom> {
    if case .set(let atoms)? = columns[column] { return atoms }
    return []
  }

  public func string(_ column: String) -> String? {
    if case .string(let v)? = atoms(column).first { return v }
    return nil
  }

  public func integer(_ column: String) -> Int64? {
    if case .integer(let v)? = atoms(column).first { return v }
    return nil
  }

  public func boolean(_ column: String) -> Bool {
    atoms(column).first == .boolean(true)
  }

  public func integers(_ column: String) -> [Int64] {
    atoms(column).compactMap { if case .integer(let v) = $0 { v } else { nil } }
  }

  public func strings(_ column: String) -> [String] {
    atoms(column).compactMap { if case .string(let v) = $0 { v } else { nil } }.sorted()
  }

  /// Uuids of the rows that the column names.
  public func references(_ column: String) -> [String] {
    atoms(column).compactMap { if case .uuid(let v) = $0 { v } else { nil } }.sorted()
  }

  /// A map from strings to strings.
  public func map(_ column: String) -> [String: String] {
    guard case .map(let pairs)? = columns[column] else { return [:] }
    var result: [String: String] = [:]
    for case (.string(let key), .string(let value)) in pairs { result[key] = value }
    return result
  }
}
