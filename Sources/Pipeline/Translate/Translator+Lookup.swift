import Fields
import OpenFlow

/// Going to a flow table.
extension Translator {
  /// Starts in table 0 of the packet's bridge, unless the port it came in on takes nothing.
  func enterBridge() {
    let port = bridge.ports[flow.key.inPort]
    search(0, inPort: flow.key.inPort, admitted: port.map { admits($0) } ?? true)
  }

  /// Whether the port's configuration lets packets in.
  private func admits(_ port: BridgePort) -> Bool {
    guard !port.config.isDisjoint(with: [.noReceive, .noReceiveSTP]) else { return true }
    wildcards.key.ethDst = .broadcast
    let isSTP = flow.key.ethDst.value == 0x0180_c200_0000
    return !port.config.contains(isSTP ? .noReceiveSTP : .noReceive)
  }

  /// Looks the packet up in a table as if it had come in on `inPort`, and goes on with what is found
  /// there before anything else. Returns behind it.
  func resubmit(to table: UInt8, inPort: UInt16) {
    guard depth < TranslationBudget.depth else { return fail(.recursionTooDeep) }
    let budget =
      TranslationBudget.resubmits + crossings * TranslationBudget.resubmitsPerCrossing
    guard resubmits < budget else { return fail(.tooManyResubmits) }
    guard actions.count < TranslationBudget.actions else { return fail(.tooManyActions) }
    stack.append(.leaveTable(self.table, trace: trace?.parent ?? 0))
    resubmits += 1
    depth += 1
    search(table, inPort: inPort, admitted: true)
  }

  private func search(_ id: UInt8, inPort: UInt16, admitted: Bool) {
    table = id
    let rule = lookup(id, inPort: inPort)
    trace?.enter(.table, rule.map { Self.describe($0) } ?? "\(Self.column(id)). No match.")
    guard admitted else { return }
    guard let rule, !rule.actions.isEmpty else {
      trace?.add(.action, "drop")
      return
    }
    stack.append(.actions(rule.actions, next: 0))
  }

  private func lookup(_ id: UInt8, inPort: UInt16) -> Rule? {
    guard Int(id) < Bridge.tableCount, let table = bridge.tables[Int(id)] else { return nil }
    let ownPort = flow.key.inPort
    flow.key.inPort = inPort
    let rule = table.lookup(flow, &wildcards)
    flow.key.inPort = ownPort
    effects.append(.lookup(table, rule))
    return rule
  }

  private static func column(_ id: UInt8) -> String { id < 10 ? " \(id)" : "\(id)" }

  private static func describe(_ rule: Rule) -> String {
    let match = MatchText.format(rule.match)
    var text = "\(column(rule.table)). " + (match.isEmpty ? "" : match + ", ")
    text += "priority \(rule.priority)"
    if rule.cookie != 0 { text += ", cookie 0x" + String(rule.cookie, radix: 16) }
    return text
  }
}
