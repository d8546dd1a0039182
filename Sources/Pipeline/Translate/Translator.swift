import Datapath
import Fields
import OpenFlow
import Runtime

private let translations = Coverage.counter("xlate_actions")

/// Translates one packet's way through the bridges into datapath actions.
///
/// A pure function of the pipeline's state and of the packet's key: nothing is learned, counted or
/// sent here; what should be is listed as effects. The same code answers misses, revalidates
/// megaflows and explains itself to `ofproto/trace`.
///
/// **No recursion.** Resubmits, floods and crossings of patch ports push frames on `stack`; the loop
/// in `run` works them off. So the way through 512 bridges needs no deep stack, costs in proportion
/// to the bridges visited, and is bounded by `TranslationBudget`.
///
/// **The mask.** `wildcards` collects every bit that a decision looked at: in table lookups, in
/// actions that depend on a field, in sets (a set must know what it replaces, to leave it out when
/// nothing changes). Bits of registers are collected as well and dropped at the end: they start as
/// zero for every packet. Fields that an action wrote are treated as if the packet had them, which
/// can only make the mask more specific.
///
/// **Two flows.** `flow` is the packet as the OpenFlow actions have made it so far; `base` is the
/// packet as the datapath has it after the operations emitted so far. Before an output the difference
/// is emitted ("committed"). So a change nobody sees costs nothing, and what a bridge behind a patch
/// port changed is undone by the next output of the bridge before it.
///
/// One translator per packet; one thread; the caller holds the pipeline's read lock.
public final class Translator {
  let pipeline: Pipeline
  /// The bridge the packet is in.
  var bridge: Bridge
  /// `key.inPort` is the number of the port in `bridge`.
  public var flow: Flow
  var base: FlowKey
  /// VLAN tags inside the outermost one that actions pushed, innermost first.
  var innerTags: [VLANTag] = []
  var baseInnerTags: [VLANTag] = []
  /// The TPID of the outermost tag, if an action pushed it.
  var tagType: UInt16 = 0x8100

  public var wildcards = PipelineMask()
  var actions: [DatapathAction] = []
  var effects: [Effect] = []
  var learnedFrom: [LearningDependency] = []
  /// What this translation has learned so far.
  var learned: Set<LearningPlace> = []
  var error: TranslationError?

  var stack: [Frame] = []
  /// The table whose rule is being carried out, and how many resubmits led there in this bridge.
  var table: UInt8 = 0
  var depth = 0
  var resubmits = 0
  var crossings = 0
  /// Where the packet has come in on its way to here, to recognise a loop.
  var path: Set<PathStep> = []

  /// Writes down what happens, for `ofproto/trace`.
  let trace: TraceRecorder?

  init(
    _ pipeline: Pipeline, _ key: FlowKey, at port: BridgePort?, in bridge: Bridge,
    trace: TraceRecorder? = nil
  ) {
    self.pipeline = pipeline
    self.bridge = bridge
    self.trace = trace
    flow = Flow(key)
    base = key
    if let port { flow.key.inPort = port.ofport }
    examineAlways()
  }

  /// Begins with registers that are not zero.
  func start(with flow: Flow) {
    self.flow.registers = flow.registers
    self.flow.metadata = flow.metadata
    self.flow.tunnelID = flow.tunnelID
  }

  /// A piece of work. The stack's last frame is worked on next.
  enum Frame {
    case actions([any Action], next: Int)
    case outputs(Flood, next: Int)
    /// Back from a resubmit.
    case leaveTable(UInt8, trace: Int)
    /// Back from the far side of a patch port.
    case leaveBridge(SavedContext)
  }

  /// Works until nothing is left to do.
  func run() {
    while let frame = stack.popLast() {
      switch frame {
      case .actions(let list, let next):
        guard next < list.count else { continue }
        if next + 1 < list.count { stack.append(.actions(list, next: next + 1)) }
        perform(list[next])
      case .outputs(let flood, let next):
        continueFlood(flood, next)
      case .leaveTable(let table, let node):
        self.table = table
        depth -= 1
        trace?.parent = node
      case .leaveBridge(let context):
        restore(context)
      }
    }
  }

  private func perform(_ action: any Action) {
    trace?.add(.action, action.text)
    (action as? any TranslatableAction)?.translate(self)
  }

  /// Ends the work in this bridge with an error.
  func fail(_ error: TranslationError) {
    trace?.add(.error, error.report)
    if self.error == nil { self.error = error }
    exitBridge()
  }

  /// Ends the work in this bridge.
  func exitBridge() {
    while let frame = stack.last {
      if case .leaveBridge = frame { return }
      stack.removeLast()
    }
  }

  /// Says in the trace what was found out.
  public func note(_ text: @autoclosure () -> String) { trace?.add(.detail, text()) }
  public func warn(_ text: @autoclosure () -> String) { trace?.add(.warning, text()) }
  func report(_ text: @autoclosure () -> String) { trace?.add(.error, text()) }

  /// The answer. Call it after `run`.
  func finish() -> Translation {
    translations.hit()
    if error != nil { actions = [] }
    return Translation(
      mask: finalMask(), actions: actions, effects: effects, error: error,
      generation: pipeline.generation, learnedFrom: learnedFrom)
  }
}

extension Action {
  /// The action as flow text.
  var text: String {
    var text = ""
    appendText(to: &text)
    return text
  }
}

struct VLANTag: Hashable {
  var type: UInt16
  var tci: UInt16
}
