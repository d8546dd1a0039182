import JSONRPC
import Runtime

/// Kinds of atoms.
public enum AtomType: String, Sendable {
  case integer, real, boolean, string, uuid

  /// What a mandatory column holds until somebody sets it.
  var zero: Atom {
    switch self {
    case .integer: .integer(0)
    case .real: .real(0)
    case .boolean: .boolean(false)
    case .string: .string("")
    case .uuid: .uuid(.zero)
    }
  }
}

/// The type of a column, as far as reading and writing values needs it.
public struct ColumnType: Equatable, Sendable {
  public var key: AtomType
  /// Maps have one.
  public var value: AtomType?
  public var minimum: Int
  /// Nil means unlimited.
  public var maximum: Int?

  public init(key: AtomType, value: AtomType? = nil, minimum: Int = 1, maximum: Int? = 1) {
    self.key = key
    self.value = value
    self.minimum = minimum
    self.maximum = maximum
  }

  /// What the database leaves out when it tells of a new row.
  public var defaultDatum: Datum {
    if let value { return minimum == 0 ? .map([:]) : .map([key.zero: value.zero]) }
    return minimum == 0 ? .empty : .set([key.zero])
  }

  /// Whether an update tells the difference instead of the new value.
  var isUpdatedByDifference: Bool { value != nil || maximum != 1 }

  /// RFC 7047, 3.2: `<type>`.
  init(_ json: JSON) throws {
    guard case .object(let members) = json else {
      self.init(key: try Self.atomType(json))
      return
    }
    self.init(
      key: try Self.atomType(members["key"] ?? .null),
      value: try members["value"].map(Self.atomType),
      minimum: Int(clamping: members["min"]?.integer ?? 1),
      maximum: members["max"] == "unlimited" ? nil : Int(clamping: members["max"]?.integer ?? 1))
  }

  private static func atomType(_ json: JSON) throws -> AtomType {
    guard let name = json.string ?? json["type"]?.string, let type = AtomType(rawValue: name) else {
      throw TextError("bad type in database schema: \(json.text)")
    }
    return type
  }
}

/// Tables, columns and their types, as the server describes them.
public struct Schema: Equatable, Sendable {
  public var version = ""
  public var tables: [String: [String: ColumnType]] = [:]

  public init() {}

  /// Parses the reply to get_schema. Throws `TextError`.
  public init(_ json: JSON) throws {
    version = json["version"]?.string ?? ""
    guard let tables = json["tables"]?.object else {
      throw TextError("error parsing database schema: no tables")
    }
    for (name, table) in tables {
      guard let columns = table["columns"]?.object else {
        throw TextError("error parsing database schema: table \(name) has no columns")
      }
      self.tables[name] = try columns.mapValues { try ColumnType($0["type"] ?? .null) }
    }
  }

  public func type(_ table: String, _ column: String) -> ColumnType? { tables[table]?[column] }
}
