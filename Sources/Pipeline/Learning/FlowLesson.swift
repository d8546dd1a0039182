import Fields
import OpenFlow
import Synchronization

/// A flow that a packet teaches a bridge by its `learn` action: what the flow is to be, and the rule
/// that it became.
///
/// A translation makes it, under the pipeline's read lock, and finds the rule if there is one; the
/// control thread adds the rule if not (`FlowLearning`); statistics keep it young.
final class FlowLesson {
  let bridge: Bridge
  /// Modifies the flow with exactly this match and priority, or adds it.
  let flow: FlowMod
  let limit: UInt32
  private let compact: CompactMatch
  private let rule = Mutex<Rule?>(nil)

  init(_ action: LearnAction, of packet: Flow, in bridge: Bridge) {
    self.bridge = bridge
    limit = action.limit
    var flow = FlowMod(.modifyStrict)
    flow.table = action.table
    flow.priority = action.priority
    flow.newCookie = action.cookie == .max ? nil : action.cookie
    flow.idleTimeout = action.idleTimeout
    flow.hardTimeout = action.hardTimeout
    if action.flags.contains(.sendFlowRemoved) { flow.flags.insert(.sendFlowRemoved) }
    if action.finIdleTimeout != 0 || action.finHardTimeout != 0 {
      flow.actions.append(
        FinTimeout(idle: action.finIdleTimeout, hard: action.finHardTimeout))
    }
    for spec in action.specs { spec.apply(to: &flow, packet) }
    self.flow = flow
    compact = CompactMatch(flow.match)
  }

  /// What flows of this and like lessons have in common.
  var key: RuleIndex.Lesson {
    RuleIndex.Lesson(table: flow.table, cookie: flow.newCookie ?? .max)
  }

  var isLearned: Bool { rule.withLock { $0 != nil } }

  /// The learned rule, in its table at the time that it was found or added.
  var learned: Rule? { rule.withLock { $0 } }

  /// Looks whether the bridge knows the flow already, whatever became of its timeouts. Under the
  /// pipeline's lock, or on the control thread.
  func find() {
    let found = bridge.tables[Int(flow.table)]?.find(compact, rank: Int32(flow.priority))
    let same = found.flatMap { found in
      (flow.newCookie == nil || flow.newCookie == found.cookie)
        && ActionList.areEqual(found.actions, flow.actions) ? found : nil
    }
    rule.withLock { $0 = same }
  }

  /// For the trace.
  var text: String {
    let match = MatchText.format(flow.match)
    var text = "table=\(flow.table)" + (match.isEmpty ? "" : " " + match)
    text += " priority=\(flow.priority)"
    if let cookie = flow.newCookie, cookie != 0 { text += " cookie=" + Number.hex(cookie) }
    if flow.idleTimeout != 0 { text += " idle=\(flow.idleTimeout)" }
    if flow.hardTimeout != 0 { text += " hard=\(flow.hardTimeout)" }
    if flow.flags.contains(.sendFlowRemoved) { text += " send_flow_rem" }
    return text + " actions=" + ActionText.format(flow.actions)
  }
}

extension LearnSpec {
  fileprivate func apply(to flow: inout FlowMod, _ packet: Flow) {
    let value: UInt128
    switch source {
    case .field(let subfield): value = subfield.value(in: packet)
    case .constant(let constant): value = constant
    }
    switch destination {
    case .match(let place): flow.match.set(place, value)
    case .load(let place): flow.actions += RegLoad.segments(of: value, place) as [any Action]
    case .output:
      guard let port = UInt16(exactly: value), Self.isOutput(port) else { return }
      flow.actions.append(OutputAction(port: port))
    }
  }

  /// Ports that a learned flow may output to.
  private static func isOutput(_ port: UInt16) -> Bool {
    switch port {
    case OpenFlowPort.inPort, OpenFlowPort.flood, OpenFlowPort.local, OpenFlowPort.all: true
    default: port < OpenFlowPort.max
    }
  }
}
