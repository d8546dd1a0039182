import Datapath
import Fields
import OpenFlow

/// Lists of actions that run on a copy of the packet: what they do to it ends with them.
///
/// Mostly no copy is made: behind the list the flow is as it was, and the next commit undoes what the
/// datapath's packet still has of it. Where that is not possible (a header was taken away, the length
/// decides), the operations become a `clone(...)` or another list inside the list.
extension Translator {
  /// What the datapath's packet was like before a list that may end in a copy.
  struct Before {
    let base: Flow
    let baseInnerTags: [VLANTag]
    let baseTagType: UInt16
    let pendingEncap: PendingEncap?
    let isIrreversible: Bool
    /// How many operations there were.
    let start: Int
  }

  func before() -> Before {
    defer { isIrreversible = false }
    return Before(
      base: base, baseInnerTags: baseInnerTags, baseTagType: baseTagType,
      pendingEncap: pendingEncap,
      isIrreversible: isIrreversible, start: actions.count)
  }

  /// The operations since then become a copy's if they must.
  func leave(_ before: Before, copying: Bool) {
    if copying {
      let list = takeActions(since: before.start)
      if !list.isEmpty { actions.append(.clone(list)) }
      restore(before)
    }
    isIrreversible = before.isIrreversible
  }

  private func takeActions(since start: Int) -> [DatapathAction] {
    guard start < actions.count else { return [] }
    let list = Array(actions[start...])
    actions.removeLast(list.count)
    return list
  }

  private func restore(_ before: Before) {
    base = before.base
    baseInnerTags = before.baseInnerTags
    baseTagType = before.baseTagType
    pendingEncap = before.pendingEncap
    pendingDecap = false
  }

  /// A list on a copy, and what comes back behind it.
  struct Nested {
    enum Kind {
      case clone
      /// The rest of a list twice: for longer packets with the bit set, then for others with it
      /// cleared.
      case greater(CheckPacketLarger, rest: [any Action])
      case lessOrEqual(CheckPacketLarger, greater: [DatapathAction])
    }
    var kind: Kind
    let flow: Flow
    let innerTags: [VLANTag]
    let tagType: UInt16
    let wasMPLS: Bool
    let table: UInt8
    let rule: Rule?
    let depth: Int
    let actionSet: [any Action]
    let actionSetHasGroup: Bool
    let isInActionSet: Bool
    let error: TranslationError?
    let before: Before
    let traceParent: Int
  }

  private func nested(_ kind: Nested.Kind) -> Nested {
    Nested(
      kind: kind, flow: flow, innerTags: innerTags, tagType: tagType, wasMPLS: wasMPLS,
      table: table,
      rule: rule, depth: depth, actionSet: actionSet, actionSetHasGroup: actionSetHasGroup,
      isInActionSet: isInActionSet, error: error,
      before: before(), traceParent: trace?.parent ?? 0)
  }

  /// `clone(LIST)`.
  func clone(_ list: [any Action]) {
    guard depth < TranslationBudget.depth else { return fail(.recursionTooDeep) }
    guard resubmits < TranslationBudget.resubmits else { return fail(.tooManyResubmits) }
    guard actions.count < TranslationBudget.actions else { return fail(.tooManyActions) }
    resubmits += 1
    let needsCopy = list.contains { !Self.isReversible($0) }
    // Changes made so far belong to both.
    if needsCopy { commit() }
    let nested = nested(.clone)
    isIrreversible = needsCopy
    stack.append(.nested(nested))
    stack.append(.actionSet(trace: trace?.parent ?? 0))
    stack.append(.actions(WorkList(list), next: 0))
    depth += 1
  }

  /// Actions whose effect on the datapath's packet no operations undo.
  private static func isReversible(_ action: any Action) -> Bool {
    switch action {
    case is MeterAction, is OutputTruncated, is EncapAction, is DecapAction, is DecNSHTTL: false
    default: true
    }
  }

  /// `check_pkt_larger`: the rest of the list is done twice.
  func checkLength(_ check: CheckPacketLarger) {
    var rest: [any Action] = []
    if hasRestOfList, case .actions(let list, let next)? = stack.popLast() {
      rest = Array(list.actions[next...])
    }
    hasRestOfList = false
    guard depth < TranslationBudget.depth else { return fail(.recursionTooDeep) }
    let budget = TranslationBudget.resubmits + crossings * TranslationBudget.resubmitsPerCrossing
    guard resubmits < budget else { return fail(.tooManyResubmits) }
    guard actions.count < TranslationBudget.actions else { return fail(.tooManyActions) }
    resubmits += 1
    commit()
    stack.append(.nested(nested(.greater(check, rest: rest))))
    start(check, 1, rest)
  }

  private func start(_ check: CheckPacketLarger, _ bit: UInt128, _ rest: [any Action]) {
    check.destination.store(bit, in: &flow)
    stack.append(.actionSet(trace: trace?.parent ?? 0))
    if rest.isEmpty { trace?.add(.action, "drop") }
    stack.append(.actions(WorkList(rest), next: 0))
    depth += 1
  }

  func leaveNested(_ nested: Nested) {
    flow = nested.flow
    innerTags = nested.innerTags
    tagType = nested.tagType
    wasMPLS = nested.wasMPLS
    table = nested.table
    rule = nested.rule
    isInActionSet = nested.isInActionSet
    depth = nested.depth
    actionSet = nested.actionSet
    actionSetHasGroup = nested.actionSetHasGroup
    // A packet that came to nothing in the copy goes on.
    error = nested.error
    trace?.parent = nested.traceParent
    switch nested.kind {
    case .clone: leave(nested.before, copying: isIrreversible)
    case .greater(let check, let rest):
      let list = takeActions(since: nested.before.start)
      restore(nested.before)
      var other = nested
      other.kind = .lessOrEqual(check, greater: list)
      stack.append(.nested(other))
      start(check, 0, rest)
    case .lessOrEqual(let check, let greater):
      let list = takeActions(since: nested.before.start)
      restore(nested.before)
      actions.append(
        .checkPacketLength(check.length, greater: greater, lessOrEqual: list))
      isIrreversible = nested.before.isIrreversible
    }
  }
}

extension Translator.Frame {
  /// Work above the frame ends there: behind an error, an exit or a freezing, what is below goes on.
  var isBoundary: Bool {
    switch self {
    case .leaveBridge, .buckets, .nested: true
    default: false
    }
  }
}

extension Flow {
  /// The packet as the far end of a patch port gets it: without what only the near bridge knows.
  func arriving(at port: UInt16) -> Flow {
    var arriving = Flow(key)
    arriving.key.inPort = port
    arriving.headers = headers
    // pkt_mark, skb_priority, dp_hash, packet_type
    (arriving.state.w0, arriving.state.w1) = (state.w0, state.w1)
    return arriving
  }
}
