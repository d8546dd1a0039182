import JSONRPC
import Runtime

/// The ways to ask a server for rows and their changes, newest first.
enum MonitorMethod: CaseIterable {
  /// Remembers transactions, so that after a reconnect only the missed ones come.
  case since
  case conditional
  /// RFC 7047.
  case plain

  static let all = allCases

  struct Reply {
    /// Whether the rows continue what we have, instead of replacing it.
    var isContinuation = false
    var lastTransaction: String?
    var updates: JSON
  }

  var name: String {
    switch self {
    case .since: "monitor_cond_since"
    case .conditional: "monitor_cond"
    case .plain: "monitor"
    }
  }

  var format: UpdateFormat { self == .plain ? .whole : .difference }

  func parameters(_ database: String, _ interest: Interest, since: String?) -> [JSON] {
    let requests = interest.tables.mapValues { table -> JSON in
      let columns = JSON.array(table.columns.sorted().map { .string($0) })
      return self == .plain ? ["columns": columns] : [["columns": columns]]
    }
    let common: [JSON] = [.string(database), .string("monitor \(database)"), .object(requests)]
    return self == .since ? common + [.string(since ?? UUID.zero.description)] : common
  }

  func parse(_ result: JSON) throws -> Reply {
    guard self == .since else { return Reply(updates: result) }
    guard let parts = result.array, parts.count == 3, let found = parts[0].bool else {
      throw TextError("bad reply to \(name)")
    }
    return Reply(isContinuation: found, lastTransaction: parts[1].string, updates: parts[2])
  }
}
