import Datapath
import Fields

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
    let table: UInt8
    let depth: Int
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
  }

  func cross(from port: BridgePort) {
    // A patch port without its other end is a cable that leads nowhere.
    guard let peer = port.peer else { return }
    guard crossings < TranslationBudget.crossings else { return fail(.tooManyCrossings) }
    guard actions.count < TranslationBudget.actions else { return fail(.tooManyActions) }
    var arriving = Flow(flow.key)
    arriving.key.inPort = peer.ofport
    let step = PathStep(port: ObjectIdentifier(peer), flow: arriving, innerTags: innerTags)
    guard path.insert(step).inserted else { return loop(at: peer) }
    crossings += 1
    effects.append(.crossing(from: port, to: peer))
    stack.append(
      .leaveBridge(
        SavedContext(
          bridge: bridge, flow: flow, innerTags: innerTags, tagType: tagType, table: table,
          depth: depth, error: error, step: step, traceParent: trace?.parent ?? 0)))
    flow = arriving
    bridge = peer.bridge
    depth = 0
    trace?.enterBridge(bridge.name)
    enterBridge()
  }

  func restore(_ context: SavedContext) {
    path.remove(context.step)
    bridge = context.bridge
    flow = context.flow
    innerTags = context.innerTags
    tagType = context.tagType
    table = context.table
    depth = context.depth
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
