import JSONRPC
import Runtime

/// Values as RFC 7047, 5.1, writes them.
extension Datum {
  /// Reads a `<value>` of a column of this type. Throws `TextError`; limits on the number of atoms are
  /// the server's business.
  init(_ json: JSON, _ type: ColumnType) throws {
    if let valueType = type.value {
      guard let pairs = json.tagged("map")?.array else { throw Self.mismatch(json, "map") }
      var map: [Atom: Atom] = [:]
      for pair in pairs {
        guard let pair = pair.array, pair.count == 2 else { throw Self.mismatch(json, "map") }
        map[try Atom(pair[0], type.key)] = try Atom(pair[1], valueType)
      }
      self = .map(map)
    } else if let elements = json.tagged("set") {
      guard let elements = elements.array else { throw Self.mismatch(json, "set") }
      self = .of(try elements.map { try Atom($0, type.key) })
    } else {
      self = .set([try Atom(json, type.key)])
    }
  }

  private static func mismatch(_ json: JSON, _ wanted: String) -> TextError {
    TextError("syntax \"\(json.text.prefix(100))\": expected \(wanted)")
  }

  var json: JSON {
    switch self {
    case .set(let atoms):
      atoms.count == 1 ? atoms[0].json : ["set", .array(atoms.map(\.json))]
    case .map(let pairs):
      ["map", .array(pairs.sorted { $0.key < $1.key }.map { [$0.key.json, $0.value.json] })]
    }
  }

  /// The value after an update that tells only what is different: of sets, the elements that came or
  /// went; of maps, pairs that are new, changed or (told as they were) gone.
  func applying(difference: Datum) -> Datum {
    switch (self, difference) {
    case (.set(let old), .set(let change)):
      return .of(Array(Set(old).symmetricDifference(change)))
    case (.map(var map), .map(let change)):
      for (key, value) in change { map[key] = map[key] == value ? nil : value }
      return .map(map)
    default: return difference
    }
  }
}

extension Atom {
  init(_ json: JSON, _ type: AtomType) throws {
    switch (type, json) {
    case (.integer, .integer(let value)): self = .integer(value)
    case (.real, .real(let value)): self = .real(value)
    case (.real, .integer(let value)): self = .real(Double(value))
    case (.boolean, .bool(let value)): self = .boolean(value)
    case (.string, .string(let value)): self = .string(value)
    case (.uuid, _):
      guard let uuid = json.tagged("uuid")?.string.flatMap({ UUID($0) }) else { fallthrough }
      self = .uuid(uuid)
    default: throw TextError("syntax \"\(json.text.prefix(100))\": expected \(type.rawValue)")
    }
  }

  var json: JSON {
    switch self {
    case .integer(let value): .integer(value)
    case .real(let value): .real(value)
    case .boolean(let value): .bool(value)
    case .string(let value): .string(value)
    case .uuid(let value): ["uuid", .string(value.description)]
    case .namedUUID(let name): ["named-uuid", .string(name)]
    }
  }
}

extension JSON {
  /// The second element of `[tag, x]`.
  func tagged(_ tag: String) -> JSON? {
    guard let pair = array, pair.count == 2, pair[0] == .string(tag) else { return nil }
    return pair[1]
  }
}
