import Fields
import OpenFlow

/// A flow-mod that was checked and is ready to be carried out: what a bundle holds. The rule that it
/// may add exists already, so that a bundle of a million flows needs no more memory than its flows.
struct FlowModPlan {
  let command: FlowMod.Command
  /// What it adds, or the pattern of what it modifies; nil for deletions.
  let rule: Rule?
  /// What it modifies or deletes; nil for additions.
  let selection: FlowSelection?
  /// Whether a modification that finds nothing adds.
  let mayAdd: Bool
  /// The cookie that modified rules get.
  let newCookie: UInt64?
  let resetsCounts: Bool
}

extension Bridge {
  /// Checks a flow-mod. Changes nothing.
  func plan(_ request: FlowMod) throws -> FlowModPlan {
    let isDeletion = request.command == .delete || request.command == .deleteStrict
    return FlowModPlan(
      command: request.command, rule: isDeletion ? nil : try rule(for: request),
      selection: request.command == .add ? nil : selection(of: request, isDeletion: isDeletion),
      mayAdd: request.addsWhenNone && request.cookieMask == 0, newCookie: request.newCookie,
      resetsCounts: request.flags.contains(.resetCounts))
  }

  /// The rule that an addition makes, or a modification that finds none.
  func rule(for request: borrowing FlowMod) throws(OpenFlowError) -> Rule {
    if Int(request.table) >= Bridge.tableCount { try checkTable(request) }
    try ActionSupport.check(request.traits)
    // Only the switch's own flows may ask for what is known after recirculation.
    guard !request.match.isHidden || request.cookieMask != 0 else { throw .requestNotPermitted }
    guard request.bufferID == FlowMod.noBuffer else { throw .bufferUnknown }
    return Rule(request, shapes.shape(of: request.match), now: pipeline.now())
  }

  /// The last table belongs to the switch itself.
  private func checkTable(_ request: borrowing FlowMod) throws(OpenFlowError) {
    guard request.table != FlowMod.anyTable else { return }
    guard request.table == Bridge.internalTable else { throw .badTableID }
    guard request.flags.contains(.noReadOnly) else { throw .requestNotPermitted }
  }

  private func selection(of request: FlowMod, isDeletion: Bool) -> FlowSelection {
    let isStrict = request.command == .modifyStrict || request.command == .deleteStrict
    var selection = FlowSelection(match: request.match)
    selection.table = request.table == FlowMod.anyTable ? nil : request.table
    selection.strictPriority = isStrict ? request.priority : nil
    selection.cookie = request.cookie
    selection.cookieMask = request.cookieMask
    guard isDeletion else { return selection }
    selection.outPort = request.outPort
    selection.outGroup = request.outGroup
    return selection
  }
}

extension Match {
  fileprivate var isHidden: Bool {
    keyMask.recircID != 0 || (!isKeyOnly && mentions(.dpHash))
  }
}

extension FlowMod.Flags {
  /// What a rule remembers of the request that made it.
  static let kept: FlowMod.Flags = [
    .sendFlowRemoved, .checkOverlap, .resetCounts, .noPacketCounts, .noByteCounts,
  ]
}
