import OpenFlow

/// Which flows a request concerns: those that are at least as specific as `match`.
public struct FlowSelection: Sendable {
  let match: CompactMatch
  /// Nil: all tables.
  public var table: UInt8?
  /// Exactly this match and priority.
  public var strictPriority: UInt16?
  public var cookie: UInt64 = 0
  public var cookieMask: UInt64 = 0
  /// Only flows that output to this port.
  public var outPort = OpenFlowPort.none
  /// Only flows that send to this group.
  public var outGroup = FlowMod.anyGroup

  public init(match: Match = Match()) { self.match = CompactMatch(match) }
  init(_ match: CompactMatch) { self.match = match }
}

/// What OpenFlow tells of a flow. Times in milliseconds.
public struct FlowStatistics: Sendable {
  public let table: UInt8
  public let priority: UInt16
  private let compact: CompactMatch
  public let cookie: UInt64
  public let actions: [any Action]
  public let idleTimeout: UInt16
  public let hardTimeout: UInt16
  public let importance: UInt16
  public let flags: FlowMod.Flags
  public let packets: UInt64
  public let bytes: UInt64
  public let duration: Int64
  /// Since the last packet; since it was made or modified.
  public let idleAge: Int64
  public let hardAge: Int64
  public let isModified: Bool

  public var match: Match { compact.match }

  /// Under the statistics lock.
  init(_ rule: Rule, now: Int64) {
    table = rule.table
    priority = rule.priority
    compact = rule.compact
    cookie = rule.cookie
    actions = rule.actions
    idleTimeout = rule.idleTimeout
    hardTimeout = rule.hardTimeout
    importance = rule.importance
    flags = rule.flags
    packets = rule.credit.packets
    bytes = rule.credit.bytes
    duration = now - rule.created
    idleAge = now - rule.credit.used
    hardAge = now - rule.modified
    isModified = rule.modified != rule.created
  }
}

/// What OpenFlow tells of a table.
public struct TableStatistics: Equatable, Sendable {
  public let id: UInt8
  public let active: Int
  public let lookups: UInt64
  public let matches: UInt64
}

/// Questions about the flow tables. Control thread.
extension Bridge {
  /// The flows a selection covers: by table, then by priority, highest first.
  public func rules(_ selection: FlowSelection) -> [Rule] {
    var result: [Rule] = []
    for table in tables.prefix(Bridge.tableCount) {
      guard let table, selection.table == nil || selection.table == table.id else { continue }
      if let priority = selection.strictPriority {
        let rule = table.find(selection.match, rank: Int32(priority))
        if let rule, selection.covers(rule) { result.append(rule) }
      } else {
        result += table.rules(coveredBy: selection.match).filter { selection.covers($0) }
          .sorted(by: Rule.precedes)
      }
    }
    return result
  }

  /// `rules`, with their counters brought up to date.
  public func flowStatistics(_ selection: FlowSelection = FlowSelection()) -> [FlowStatistics] {
    pipeline.megaflows.refreshStatistics()
    let now = pipeline.now()
    let rules = rules(selection)
    return pipeline.crediting { rules.map { FlowStatistics($0, now: now) } }
  }

  public func statistics(of rule: Rule) -> FlowStatistics {
    pipeline.megaflows.refreshStatistics()
    return pipeline.crediting { FlowStatistics(rule, now: pipeline.now()) }
  }

  /// Whether the rule is in its table now.
  func contains(_ rule: Rule) -> Bool {
    tables[Int(rule.table)]?.find(like: rule) === rule
  }

  /// How many flows there are, in all tables.
  public var flowCount: Int { tables.prefix(Bridge.tableCount).reduce(0) { $0 + ($1?.count ?? 0) } }

  /// One entry per table that controllers may use, used or not.
  public func tableStatistics() -> [TableStatistics] {
    pipeline.megaflows.refreshStatistics()
    return pipeline.crediting {
      (0..<Bridge.tableCount).map { id in
        let table = tables[id]
        return TableStatistics(
          id: UInt8(id), active: table?.count ?? 0, lookups: table?.lookups ?? 0,
          matches: table?.matches ?? 0)
      }
    }
  }
}

extension TableStatistics {
  /// What is said of tables without a limit, as OVS does.
  static let unlimited = 1_000_000
}

extension FlowSelection {
  fileprivate func covers(_ rule: Rule) -> Bool {
    if (rule.cookie ^ cookie) & cookieMask != 0 { return false }
    return rule.outputs(to: outPort, group: outGroup)
  }
}

extension Rule {
  /// Whether an action names this port and this group; `none` and `anyGroup` ask for nothing.
  func outputs(to port: UInt16, group: UInt32 = FlowMod.anyGroup) -> Bool {
    guard port == OpenFlowPort.none || Self.outputs(actions, to: port) else { return false }
    return group == FlowMod.anyGroup
      || actions.contains { ($0 as? any TranslatableAction)?.outputs(toGroup: group) ?? false }
  }

  static func outputs(_ actions: [any Action], to port: UInt16) -> Bool {
    actions.contains { ($0 as? any TranslatableAction)?.outputs(to: port) ?? false }
  }
}

extension Rule {
  /// The order in which flows are listed.
  static func precedes(_ a: Rule, _ b: Rule) -> Bool {
    (b.rank, a.sequence) < (a.rank, b.sequence)
  }
}
