import JSONRPC

/// A row as ovsdb-server's `select` answers it (RFC 7047, 5.1): values are atoms, `["set", [..]]` or
/// `["map", [[key, value], ..]]`. What is not there reads as empty.
struct DatabaseRow {
  private let row: JSON

  init(_ row: JSON) { self.row = row }

  var uuid: String { string("_uuid") }

  func string(_ column: String) -> String { strings(column).first ?? "" }

  /// The members of a set, or the one value.
  func strings(_ column: String) -> [String] {
    guard let value = row[column] else { return [] }
    if let list = value.array, list.first == "set" {
      return (list.dropFirst().first?.array ?? []).compactMap(Self.text)
    }
    return [value].compactMap(Self.text)
  }

  func map(_ column: String) -> [String: String] {
    guard let list = row[column]?.array, list.first == "map" else { return [:] }
    let pairs = (list.dropFirst().first?.array ?? []).compactMap { pair -> (String, String)? in
      guard let both = pair.array, both.count == 2, let key = Self.text(both[0]) else { return nil }
      return Self.text(both[1]).map { (key, $0) }
    }
    return Dictionary(pairs) { a, _ in a }
  }

  private static func text(_ atom: JSON) -> String? {
    switch atom {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .bool(let value): "\(value)"
    case .array(let pair) where pair.first == "uuid": pair.dropFirst().first?.string
    default: nil
    }
  }
}
