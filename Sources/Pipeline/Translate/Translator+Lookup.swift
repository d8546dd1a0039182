import Fields
import OpenFlow

/// Going to a flow table.
extension Translator {
  /// Starts in table 0 of the packet's bridge, unless the port it came in on takes nothing.
  func enterBridge() {
    startActionSet(beforeTable: true)
    let port = bridge.ports[flow.key.inPort]
    search(
      0, inPort: flow.key.inPort, admitted: port.map { admits($0) } ?? true, asksController: true)
    firstRule = currentRule
  }

  /// Whether the port's configuration lets packets in.
  private func admits(_ port: BridgePort) -> Bool {
    guard !port.config.isDisjoint(with: [.noReceive, .noReceiveSTP]) else { return true }
    wildcards.key.ethDst = .broadcast
    let isSTP = flow.key.ethDst.value == 0x0180_c200_0000
    return !port.config.contains(isSTP ? .noReceiveSTP : .noReceive)
  }

  /// Looks the packet up in a table as if it had come in on `inPort`, and goes on with what is found
  /// there before anything else. Returns behind it. With `asksController`, controllers may get what no
  /// rule is for.
  func resubmit(to table: UInt8, inPort: UInt16, asksController: Bool = false) {
    guard depth < TranslationBudget.depth else { return fail(.recursionTooDeep) }
    let budget =
      TranslationBudget.resubmits + crossings * TranslationBudget.resubmitsPerCrossing
    guard resubmits < budget else { return fail(.tooManyResubmits) }
    guard actions.count < TranslationBudget.actions else { return fail(.tooManyActions) }
    stack.append(.leaveTable(self.table, currentRule, trace: trace?.parent ?? 0))
    resubmits += 1
    depth += 1
    search(table, inPort: inPort, admitted: true, asksController: asksController)
  }

  /// Goes on in another table for good: there is nothing left to do in this one.
  func goto(_ table: UInt8) {
    let budget =
      TranslationBudget.resubmits + crossings * TranslationBudget.resubmitsPerCrossing
    guard resubmits < budget else { return fail(.tooManyResubmits) }
    resubmits += 1
    search(table, inPort: flow.key.inPort, admitted: true, asksController: true)
  }

  private func search(_ first: UInt8, inPort: UInt16, admitted: Bool, asksController: Bool) {
    if wasMPLS {
      // The lookup needs what the label hid.
      return freeze(resumingWith: [Resubmit(inPort: inPort, table: first)])
    }
    let isFragment = isFragment
    guard !isFragment || bridge.fragments != .drop else { return dropFragment(in: first) }
    var id = first
    var found = lookup(id, inPort: inPort, isFragment)
    // A table-mod may have packets without a flow go on in the next table.
    while found == nil, asksController, bridge.tableMiss[id] == .toNextTable,
      id < TableFeatures.lastTable
    {
      id += 1
      found = lookup(id, inPort: inPort, isFragment)
    }
    table = id
    let missed = found == nil && asksController && callsForPacketIn(in: id)
    let rule = found ?? .passUnretained(missed ? Self.missRule : Self.dropRule)
    currentRule = rule
    trace?.enter(
      .table,
      missed
        ? "\(Self.column(id)). No match, and a \"packet-in\" is called for."
        : found.map { describe($0.takeUnretainedValue()) } ?? "\(Self.column(id)). No match.")
    guard admitted else { return }
    let list = rule._withUnsafeGuaranteedRef { $0.list }
    guard list._withUnsafeGuaranteedRef({ $0.count > 0 }) else {
      trace?.add(.action, "drop")
      return
    }
    self.found = list
  }

  /// What a packet meets that no rule is for: rules of the switch's own.
  private static let dropRule = Rule(actions: [])
  private static let missRule = Rule(actions: [ControllerAction(reason: .implicitMiss)])

  /// Whether a packet that no rule of the table is for goes to controllers.
  private func callsForPacketIn(in id: UInt8) -> Bool {
    switch bridge.tableMiss[id] ?? .byVersion {
    case .byVersion: bridge.wantsMisses.load(ordering: .relaxed)
    case .toController, .toNextTable:
      bridge.ports[flow.key.inPort].map { !$0.config.contains(.noPacketIn) } ?? false
    case .drop: false
    }
  }

  /// Whether the packet is a fragment; then it is known that packets of the megaflow are.
  private var isFragment: Bool { flow.key.ipFrag & IPFragment.any != 0 && isIP }

  private func dropFragment(in id: UInt8) {
    table = id
    rule = Self.dropRule
    trace?.enter(
      .table,
      "\(Self.column(id)). Packets are IP fragments and the fragment handling mode is \"drop\".")
    trace?.add(.action, "drop")
  }

  private func lookup(
    _ id: UInt8, inPort: UInt16, _ isFragment: Bool
  ) -> Unmanaged<Rule>? {
    guard Int(id) < Bridge.tableCount else { return nil }
    guard let table = bridge.tablesInPlace[Int(id)] else {
      depend(on: .table(id))
      return nil
    }
    let hidesPorts = isFragment && bridge.fragments == .normal
    guard hidesPorts || inPort != flow.key.inPort else { return lookup(id, table) }
    let own = (flow.key.inPort, flow.key.tpSrc, flow.key.tpDst)
    defer { (flow.key.inPort, flow.key.tpSrc, flow.key.tpDst) = own }
    flow.key.inPort = inPort
    // Not all fragments have ports, so rules see none.
    if hidesPorts { (flow.key.tpSrc, flow.key.tpDst) = (0, 0) }
    return lookup(id, table)
  }

  @inline(__always)
  private func lookup(_ id: UInt8, _ table: Unmanaged<FlowTable>) -> Unmanaged<Rule>? {
    let hidden =
      id == 0
      ? bridge.hidden.flatMap { $0.table.search(flowInPlace, wildcardsInPlace) } : nil
    let rule =
      hidden ?? table._withUnsafeGuaranteedRef { $0.search(flowInPlace, wildcardsInPlace) }
    note(rule, in: table)
    return rule
  }

  private static func column(_ id: UInt8) -> String { id < 10 ? " \(id)" : "\(id)" }

  private func describe(_ rule: Rule) -> String {
    let match = MatchText.format(rule.match, options: bridge.tunnelOptions)
    var text = "\(Self.column(rule.table)). " + (match.isEmpty ? "" : match + ", ")
    text += "priority \(bridge.priority(of: rule))"
    if rule.cookie != 0 { text += ", cookie 0x" + String(rule.cookie, radix: 16) }
    return text
  }
}
