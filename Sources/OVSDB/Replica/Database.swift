/// Our copy of the part of the database that we read.
///
/// A value that the control loop owns: `onChange` hands out a snapshot that nothing changes later.
/// While the server is away the last state stays, since a switch must go on without its database.
public struct Database: Equatable, Sendable {
  public internal(set) var tables: [String: [UUID: Row]] = [:]

  public init() {}

  public func rows(_ table: String) -> [UUID: Row] { tables[table] ?? [:] }

  public func row(_ table: String, _ uuid: UUID) -> Row? { tables[table]?[uuid] }

  /// Rows that a column refers to; references whose rows are missing are left out.
  public func rows(_ table: String, referredBy row: Row, _ column: String) -> [Row] {
    row.refs(column).compactMap { self.row(table, $0) }
  }

  /// The only row of a table, like that of Open_vSwitch.
  public func singleton(_ table: String) -> Row? { tables[table]?.values.min { $0.uuid < $1.uuid } }
}

extension Database {
  /// Number of values held: what `memory/show` calls "idl-cells".
  public var cellCount: Int {
    tables.values.reduce(0) { $0 + $1.values.reduce(0) { $0 + $1.columns.count } }
  }
}
