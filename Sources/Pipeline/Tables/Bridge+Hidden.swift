import OpenFlow

/// A flow of the switch's own that stands above all that controllers can install: they neither see nor
/// touch it.
public struct HiddenFlow: Equatable {
  public let match: Match
  /// Above 65535.
  public let priority: Int
  public let actions: [any Action]

  public init(_ match: Match, priority: Int, _ actions: [any Action]) {
    self.match = match
    self.priority = priority
    self.actions = actions
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.match == b.match && a.priority == b.priority
      && ActionText.format(a.actions) == ActionText.format(b.actions)
  }
}

/// Why a bridge has flows of its own.
public enum HiddenFlowOwner: CaseIterable, Sendable { case failOpen, inBand }

/// A bridge's hidden flows. They are looked up before table 0, as a table of their own, in which a
/// rule's rank is the priority.
final class HiddenFlows {
  let table = FlowTable(id: 0)
  let flows: [HiddenFlowOwner: [HiddenFlow]]

  init(_ flows: [HiddenFlowOwner: [HiddenFlow]], now: Int64) {
    self.flows = flows
    for flow in flows.values.joined() {
      let rule = Rule(
        CompactMatch(flow.match), rank: Int32(clamping: flow.priority), table: 0,
        actions: flow.actions, now: now)
      if table.find(like: rule) == nil { table.insert(rule) }
    }
  }

  var isEmpty: Bool { table.count == 0 }
}

extension Bridge {
  /// A rule's priority as it is meant.
  func priority(of rule: Rule) -> Int { Int(rule.rank) }

  /// Replaces the hidden flows that `owner` has.
  public func setHiddenFlows(_ owner: HiddenFlowOwner, _ flows: [HiddenFlow]) {
    var all = hidden?.flows ?? [:]
    guard all[owner, default: []] != flows else { return }
    all[owner] = flows
    pipeline.change(.bridge(self)) {
      let new = HiddenFlows(all, now: pipeline.now())
      hidden = new.isEmpty ? nil : new
    }
  }
}
