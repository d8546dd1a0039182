import Datapath
import Fields
import OpenFlow

/// Patch ports. They exist only here: the datapath sees one flow, however many bridges it crosses.
///
/// The far bridge gets the packet as from a wire: `in_port` is the far end's, registers and metadata
/// are zero. When its work is done the near bridge goes on as if nothing had happened: its flow comes
/// back as it was, and errors over there are not its own.
extension Translator {
  /// What the near bridge goes on with.
  struct SavedContext {
    let bridge: Bridge
    let flow: Flow
    let innerTags: [VLANTag]
    let tagType: UInt16
    let values: [StackValue]
    let wasMPLS: Bool
    let before: Before
    let table: UInt8
    let rule: Rule?, entryRule: Rule?
    let depth: Int
    let actionSet: [any Action]
    let actionSetHasGroup: Bool
    let isInActionSet: Bool
    let error: TranslationError?
    let step: PathStep
    let traceParent: Int
  }

  /// "This packet came in here": twice on one path is a loop, because all that follows would be the
  /// same again.
  struct PathStep: Hashable {
    let port: ObjectIdentifier
    let flow: Flow
    let innerTags: [VLANTag]

    /// The key tells most steps apart; all of a flow would take longer to hash than a table to search.
    func hash(into hasher: inout Hasher) {
      hasher.combine(port)
      hasher.combine(flow.key)
    }
  }

  func cross(from port: BridgePort) {
    // A patch port without its other end is a cable that leads nowhere.
    guard let peer = port.peer else { return }
    guard crossings < TranslationBudget.crossings else { return fail(.tooManyCrossings) }
    guard actions.count < TranslationBudget.actions else { return fail(.tooManyActions) }
    let arriving = flow.arriving(at: peer.ofport)
    let step = PathStep(port: ObjectIdentifier(peer), flow: arriving, innerTags: innerTags)
    guard path.insert(step).inserted else { return loop(at: peer) }
    crossings += 1
    effects.append(.crossing(from: port, to: peer))
    stack.append(
      .leaveBridge(
        SavedContext(
          bridge: bridge, flow: flow, innerTags: innerTags, tagType: tagType, values: values,
          wasMPLS: wasMPLS, before: before(), table: table, rule: rule, entryRule: entryRule,
          depth: depth, actionSet: actionSet,
          actionSetHasGroup: actionSetHasGroup, isInActionSet: isInActionSet, error: error,
          step: step, traceParent: trace?.parent ?? 0)))
    flow = arriving
    values = []
    bridge = peer.bridge
    otherBridges.append(bridge)
    depth = 0
    trace?.enterBridge(bridge.name)
    if wasMPLS {
      stack.append(.enterBridge)
      freeze()
    } else {
      enterBridge()
    }
  }

  func restore(_ context: SavedContext) {
    path.remove(context.step)
    leave(context.before, copying: isIrreversible)
    wasMPLS = context.wasMPLS
    bridge = context.bridge
    flow = context.flow
    innerTags = context.innerTags
    tagType = context.tagType
    values = context.values
    table = context.table
    rule = context.rule
    entryRule = context.entryRule
    depth = context.depth
    actionSet = context.actionSet
    actionSetHasGroup = context.actionSetHasGroup
    isInActionSet = context.isInActionSet
    error = context.error
    trace?.parent = context.traceParent
  }

  /// Drops the copy that has been here before.
  private func loop(at port: BridgePort) {
    effects.append(.loop(port))
    warn(
      "packet has come in on patch port \(port.name) of bridge \(port.bridge.name) before, "
        + "loop, dropping")
  }
}
