/// The smallest value that the database knows.
public enum Atom: Hashable, Sendable {
  case integer(Int64)
  case real(Double)
  case boolean(Bool)
  case string(String)
  case uuid(UUID)
  /// In a transaction only: the row that an insert of the same transaction makes.
  case namedUUID(String)
}

extension Atom: Comparable {
  /// Orders atoms of one kind by value, which is all a column holds; kinds by their number.
  public static func < (a: Atom, b: Atom) -> Bool {
    switch (a, b) {
    case (.integer(let a), .integer(let b)): a < b
    case (.real(let a), .real(let b)): a < b
    case (.boolean(let a), .boolean(let b)): !a && b
    case (.string(let a), .string(let b)): a < b
    case (.uuid(let a), .uuid(let b)): a < b
    case (.namedUUID(let a), .namedUUID(let b)): a < b
    default: a.rank < b.rank
    }
  }

  private var rank: Int {
    switch self {
    case .integer: 0
    case .real: 1
    case .boolean: 2
    case .string: 3
    case .uuid: 4
    case .namedUUID: 5
    }
  }
}

/// The value of a column: a set (a plain value is a set of one, no value the empty set) or a map.
public enum Datum: Equatable, Sendable {
  /// Sorted, without duplicates. Make it with `Datum.of`.
  case set([Atom])
  case map([Atom: Atom])

  public static let empty = Datum.set([])

  public static func of(_ atoms: [Atom]) -> Datum {
    if atoms.count < 2 { return .set(atoms) }
    var sorted: [Atom] = []
    for atom in atoms.sorted() where sorted.last != atom { sorted.append(atom) }
    return .set(sorted)
  }

  // What writers have in hand. Nil makes the empty set.
  public static func string(_ value: String?) -> Datum { .set(value.map { [.string($0)] } ?? []) }
  public static func bool(_ value: Bool?) -> Datum { .set(value.map { [.boolean($0)] } ?? []) }
  public static func uuid(_ value: UUID?) -> Datum { .set(value.map { [.uuid($0)] } ?? []) }
  public static func integer(_ value: (some BinaryInteger)?) -> Datum {
    .set(value.map { [.integer(Int64(clamping: $0))] } ?? [])
  }
  public static func strings(_ values: some Sequence<String>) -> Datum {
    .of(values.map { .string($0) })
  }
  public static func integers(_ values: some Sequence<Int64>) -> Datum {
    .of(values.map { .integer($0) })
  }
  public static func uuids(_ values: some Sequence<UUID>) -> Datum { .of(values.map { .uuid($0) }) }
  public static func strings(_ map: [String: String]) -> Datum {
    var atoms: [Atom: Atom] = [:]
    for (key, value) in map { atoms[.string(key)] = .string(value) }
    return .map(atoms)
  }
  public static func integers(_ map: [String: Int64]) -> Datum {
    var atoms: [Atom: Atom] = [:]
    for (key, value) in map { atoms[.string(key)] = .integer(value) }
    return .map(atoms)
  }
}
