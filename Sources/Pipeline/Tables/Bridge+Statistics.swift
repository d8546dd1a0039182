import OpenFlow

/// Which flows a request concerns: those that are at least as specific as `match`.
public struct FlowSelection: Sendable {
  public var match: Match
  /// Nil: all tables.
  public var table: UInt8?
  /// Exactly this match and priority.
  public var strictPriority: UInt16?
  public var cookie: UInt64 = 0
  public var cookieMask: UInt64 = 0
  /// Only flows that output to this port.
  public var outPort = OpenFlowPort.none

  public init(match: Match = Match()) { self.match = match }
}

/// What OpenFlow tells of a flow. Times in milliseconds.
public struct FlowStatistics: Sendable {
  public let table: UInt8
  public let priority: UInt16
  public let match: Match
  public let cookie: UInt64
  public let actions: [any Action]
  public let idleTimeout: UInt16
  public let hardTimeout: UInt16
  public let flags: FlowMod.Flags
  public let packets: UInt64
  public let bytes: UInt64
  public let duration: Int64
  /// Since the last packet; since it was made or modified.
  public let idleAge: Int64
  public let hardAge: Int64
  public let isModified: Bool
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
  /// The flows a selection covers, hidden ones left out: by table, then by priority, highest first.
  public func rules(_ selection: FlowSelection) -> [Rule] {
    var result: [Rule] = []
    for table in tables {
      guard let table, selection.table == nil || selection.table == table.id else { continue }
      let candidates: [Rule]
      if let priority = selection.strictPriority {
        candidates = table.find(selection.match, priority: priority).map { [$0] } ?? []
      } else {
        candidates = table.rules(coveredBy: selection.match)
      }
      result += candidates.filter { selection.covers($0) }.sorted(by: Rule.precedes)
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

  /// How many flows there are, in all tables.
  public var flowCount: Int { tables.reduce(0) { $0 + ($1?.count ?? 0) } }

  /// One entry per table, used or not.
  public func tableStatistics() -> [TableStatistics] {
    pipeline.megaflows.refreshStatistics()
    return pipeline.crediting {
      tables.indices.map { id in
        let table = tables[id]
        return TableStatistics(
          id: UInt8(id), active: table?.count ?? 0, lookups: table?.lookups ?? 0,
          matches: table?.matches ?? 0)
      }
    }
  }
}

extension FlowSelection {
  fileprivate func covers(_ rule: Rule) -> Bool {
    if (rule.cookie ^ cookie) & cookieMask != 0 { return false }
    if outPort == OpenFlowPort.none { return true }
    return rule.actions.contains { ($0 as? any TranslatableAction)?.outputs(to: outPort) ?? false }
  }
}

extension FlowStatistics {
  /// Under the statistics lock.
  init(_ rule: Rule, now: Int64) {
    table = rule.table
    priority = rule.priority
    match = rule.match
    cookie = rule.cookie
    actions = rule.actions
    idleTimeout = rule.idleTimeout
    hardTimeout = rule.hardTimeout
    flags = rule.flags
    packets = rule.credit.packets
    bytes = rule.credit.bytes
    duration = now - rule.created
    idleAge = now - rule.credit.used
    hardAge = now - rule.modified
    isModified = rule.modified != rule.created
  }
}

extension Rule {
  /// The order in which flows are listed.
  static func precedes(_ a: Rule, _ b: Rule) -> Bool {
    (b.priority, a.sequence) < (a.priority, b.sequence)
  }
}
