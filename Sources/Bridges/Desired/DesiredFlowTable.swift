import OVSDB
import OpenFlow
import Pipeline
import Runtime

/// A row of the Flow_Table table.
public struct DesiredFlowTable: Hashable, Sendable {
  public var name = ""
  /// Nil: no limit.
  public var flowLimit: Int?
  /// `overflow_policy` is "evict".
  public var evicts = false
  /// Parts of fields in NXM's words: `NXM_OF_IN_PORT[]`.
  public var groups: Set<String> = []
  /// Fields whose prefixes are tracked; empty for the default, "none" for none.
  public var prefixes: Set<String> = []

  public init() {}

  init(_ row: Row) {
    name = row.string("name") ?? ""
    flowLimit = row.int("flow_limit").flatMap { Int(exactly: $0) }
    evicts = row.string("overflow_policy") == "evict"
    groups = Set(row.strings("groups"))
    prefixes = Set(row.strings("prefixes"))
  }
}

extension DesiredBridge {
  /// The tables that the row `bridge` speaks of. OVS has 254 for its users.
  static func flowTables(of bridge: Row, _ database: Database) -> [UInt8: DesiredFlowTable] {
    var tables: [UInt8: DesiredFlowTable] = [:]
    for (number, uuid) in bridge.refsByNumber("flow_tables") {
      guard let id = UInt8(exactly: number), let row = database.row("Flow_Table", uuid) else {
        continue
      }
      tables[id] = DesiredFlowTable(row)
    }
    return tables
  }
}

extension DesiredFlowTable {
  /// What the pipeline needs to know. What it does not understand is left out, and the log says so.
  func settings(of bridge: String, table: UInt8) -> FlowTableSettings {
    var settings = FlowTableSettings()
    settings.name = name
    settings.flowLimit = flowLimit
    settings.evicts = evicts
    settings.groups = groups.sorted().compactMap { text in
      guard let group = Subfield(text: text) else {
        log.warnRL(
          badTables, "bridge \(bridge): Flow_Table \(table): group \"\(text)\" is no field")
        return nil
      }
      return group
    }
    guard !prefixes.isEmpty else { return settings }
    settings.prefixes = prefixes.subtracting(["none"]).sorted().compactMap { name in
      guard let field = PrefixField.named(name) else {
        log.warnRL(
          badTables,
          "bridge \(bridge): Flow_Table \(table): field \"\(name)\" cannot be used for prefixes")
        return nil
      }
      return field
    }
    settings.prefixes.removeLast(max(0, settings.prefixes.count - PrefixField.maxCount))
    return settings
  }
}

private let badTables = LogRateLimit(5, 5)
