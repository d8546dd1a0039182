import JSONRPC

/// An atom of a column's value (RFC 7047, section 5.1, `<atom>`).
public enum Atom: Hashable, Sendable {
  case integer(Int64)
  case real(Double)
  case boolean(Bool)
  case string(String)
  case uuid(String)
  /// The name of a row that the same transaction inserts.
  case named(String)

  init?(_ json: JSON) {
    switch json {
    case .integer(let v): self = .integer(v)
    case .real(let v): self = .real(v)
    case .bool(let v): self = .boolean(v)
    case .string(let v): self = .string(v)
    case .array(let pair):
      guard pair.count == 2, let tag = pair[0].string, let text = pair[1].string else { return nil }
      switch tag {
      case "uuid": self = .uuid(text)
      case "named-uuid": self = .named(text)
      default: return nil
      }
    default: return nil
    }
  }

  var json: JSON {
    switch self {
    case .integer(let v): .integer(v)
    case .real(let v): .real(v)
    case .boolean(let v): .bool(v)
    case .string(let v): .string(v)
    case .uuid(let v): ["uuid", .string(v)]
    case .named(let v): ["named-uuid", .string(v)]
    }
  }
}

/// A column's value (RFC 7047, `<value>`): a set, of which a scalar is the case of one element, or a
/// map. Equality does not depend on order.
public enum Datum: Equatable, Sendable {
  case set(Set<Atom>)
  case map([Atom: Atom])

  public static let empty = Datum.set([])

  init?(_ json: JSON) {
    if let parts = json.array, parts.count == 2, let tag = parts[0].string,
      let elements = parts[1].array, tag == "set" || tag == "map"
    {
      self.init(tag: tag, elements)
    } else {
      guard let atom = Atom(json) else { return nil }
      self = .set([atom])
    }
  }

  private init?(tag: String, _ elements: [JSON]) {
    if tag == "set" {
      let atoms = elements.compactMap { Atom($0) }
      guard atoms.count == elements.count else { return nil }
      self = .set(Set(atoms))
    } else {
      var map: [Atom: Atom] = [:]
      for element in elements {
        guard let pair = element.array, pair.count == 2, let key = Atom(pair[0]),
          let value = Atom(pair[1])
        else { return nil }
        map[key] = value
      }
      self = .map(map)
    }
  }

  var json: JSON {
    switch self {
    case .set(let atoms):
      if atoms.count == 1, let only = atoms.first { return only.json }
      return ["set", .array(atoms.map(\.json))]
    case .map(let pairs):
      return ["map", .array(pairs.map { [$0.key.json, $0.value.json] })]
    }
  }

  /// An empty set and an empty map are the same to a reader: columns that a row lacks have no type.
  var isEmpty: Bool {
    switch self {
    case .set(let s): s.isEmpty
    case .map(let m): m.isEmpty
    }
  }

  /// Equal in content, whatever an empty value is written as.
  func sameValue(as other: Datum) -> Bool { self == other || (isEmpty && other.isEmpty) }
}

// MARK: Making values

extension Datum {
  public static func string(_ v: String) -> Datum { .set([.string(v)]) }
  public static func integer(_ v: Int64) -> Datum { .set([.integer(v)]) }
  public static func integer(_ v: Int) -> Datum { .set([.integer(Int64(v))]) }
  public static func boolean(_ v: Bool) -> Datum { .set([.boolean(v)]) }
  public static func optional(_ v: String?) -> Datum { v.map(Datum.string) ?? .empty }
  public static func optional(_ v: Int?) -> Datum { v.map { Datum.integer($0) } ?? .empty }
  public static func optional(_ v: Int64?) -> Datum { v.map { Datum.integer($0) } ?? .empty }
  public static func optional(_ v: Bool?) -> Datum { v.map(Datum.boolean) ?? .empty }
  public static func strings(_ v: some Sequence<String>) -> Datum { .set(Set(v.map(Atom.string))) }
  public static func map(_ v: [String: String]) -> Datum {
    .map(Dictionary(uniqueKeysWithValues: v.map { (.string($0), .string($1)) }))
  }
  public static func map(_ v: [String: Int64]) -> Datum {
    .map(Dictionary(uniqueKeysWithValues: v.map { (.string($0), .integer($1)) }))
  }
}
