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
  /// The bridge the packet is in, where it came in, and where else it was.
  var bridge: Bridge
  private let firstBridge: Bridge
  var otherBridges: [Bridge] = []
  /// Everything that is big. The flows are read and written where they lie.
  private let memory: TranslationMemory
  let flowInPlace: UnsafeMutablePointer<Flow>
  let wildcardsInPlace: UnsafeMutablePointer<PipelineMask>

  /// `key.inPort` is the number of the port in `bridge`.
  public var flow: Flow {
    unsafeAddress { UnsafePointer(flowInPlace) }
    unsafeMutableAddress { flowInPlace }
  }
  /// Its headers and packet type are what the datapath has; the rest is not looked at.
  var base: Flow {
    unsafeAddress { UnsafePointer(flowInPlace + 1) }
    unsafeMutableAddress { flowInPlace + 1 }
  }
  public var wildcards: PipelineMask {
    unsafeAddress { UnsafePointer(wildcardsInPlace) }
    unsafeMutableAddress { wildcardsInPlace }
  }
  /// The packet as it came.
  var packet: Flow {
    unsafeAddress { UnsafePointer(flowInPlace + 3) }
  }

  /// VLAN tags inside the outermost one that actions pushed, innermost first.
  var innerTags: [VLANTag] = []
  var baseInnerTags: [VLANTag] = []
  /// What `push` put away, the last one on top.
  var values: [StackValue] = []
  /// The TPID of the outermost tag, if an action pushed it.
  var tagType = VLANTag.own
  var baseTagType = VLANTag.own

  /// A label was popped, and what is behind it not looked at yet (see `Translator+MPLS`).
  var wasMPLS = false
  /// A header that the next commit puts in front or takes away.
  var pendingEncap: PendingEncap?
  var pendingDecap = false
  /// Operations were emitted that no others undo.
  var isIrreversible = false

  /// Bits of the key that were not the packet's own when some table was searched.
  var diverged = FlowMask()
  var actions: [DatapathAction] = []
  var effects: [Effect] = []
  var learnedFrom: [LearningDependency] = []
  var named: Set<NamedDependency> = []
  /// What this translation has learned so far.
  var learned: Set<LearningPlace> = []
  var error: TranslationError?

  /// What `write_actions` collected in this bridge.
  var actionSet: [any Action] = []
  var actionSetHasGroup = false
  /// Whether the set is being carried out.
  var isInActionSet = false

  /// Rules that nothing else keeps alive as long as the translation lasts.
  var kept: [Rule] = []

  var stack: FrameStack {
    _read { yield memory.stack }
    _modify { yield &memory.stack }
  }
  /// A list that comes before all on the stack: that of the rule which a search has just found. Not
  /// counted, since the rule has it. Only `run` takes it, before anything else is done.
  var found: Unmanaged<WorkList>?
  /// Whether the list that the current action stands in goes on: its rest is on top of the stack.
  var hasRestOfList = false
  /// The table whose rule is being carried out, and how many resubmits led there in this bridge.
  var table: UInt8 = 0
  /// The rule itself; nil for actions that no rule has, as those of a packet-out. Neither this one nor
  /// those on the stack are counted: the caller's lock keeps them in their tables.
  var currentRule: Unmanaged<Rule>?
  var rule: Rule? {
    get { currentRule?.takeUnretainedValue() }
    set { currentRule = newValue.map { .passUnretained($0) } }
  }
  /// The rule that the packet met first in this bridge.
  var firstRule: Unmanaged<Rule>?
  var entryRule: Rule? {
    get { firstRule?.takeUnretainedValue() }
    set { firstRule = newValue.map { .passUnretained($0) } }
  }
  /// Whether a controller sent the packet.
  var isPacketOut = false
  var depth = 0
  var resubmits = 0
  var crossings = 0
  /// Where the packet has come in on its way to here, to recognise a loop.
  var path: Set<PathStep> = []

  /// Writes down what happens, for `ofproto/trace`.
  let trace: TraceRecorder?

  init(
    _ pipeline: Pipeline, _ key: FlowKey, _ deep: DeepKey = DeepKey(), at port: BridgePort?,
    in bridge: Bridge, trace: TraceRecorder? = nil
  ) {
    self.pipeline = pipeline
    self.bridge = bridge
    firstBridge = bridge
    self.trace = trace
    memory = .take()
    flowInPlace = memory.flows
    wildcardsInPlace = flowInPlace + 2
    flow.take(key, deep)
    (flowInPlace + 1).update(from: flowInPlace, count: 1)
    (flowInPlace + 3).update(from: flowInPlace, count: 1)
    if let port { flow.key.inPort = port.ofport }
    examineAlways()
  }

  deinit { memory.giveBack() }

  /// Writes down a search, for those who count and those who compare it with changes of the table.
  @inline(__always)
  func note(_ rule: Unmanaged<Rule>?, in table: Unmanaged<FlowTable>) {
    diverged = diverged | (flow.key ^ packet.key)
    memory.add(
      TableVisit(table: table, rule: rule, inPort: flow.key.inPort, metadata: flow.metadata))
  }

  /// The searches so far; valid as long as the translator is.
  var visits: UnsafeBufferPointer<TableVisit> {
    UnsafeBufferPointer(start: memory.visits, count: memory.visitCount)
  }

  /// Begins with registers and other metadata that are not zero.
  func start(with flow: Flow) {
    let key = self.flow.key
    self.flow = flow
    self.flow.key = key
    // The datapath's packet has the marks that were said to be there.
    base.state.w0 = flow.state.w0
  }

  /// A piece of work. The stack's last frame is worked on next.
  /// What is big stands behind a reference, because frames come and go with every resubmit.
  enum Frame {
    case actions(WorkList, next: Int)
    indirect case outputs(Flood, next: Int)
    indirect case buckets(BucketRun, next: Int)
    /// The end of a bridge's tables.
    case actionSet(trace: Int)
    /// Table 0 of the bridge, for a packet that has to be looked at anew before.
    case enterBridge
    /// The end of a list that ran on a copy of the packet.
    indirect case nested(Nested)
    /// Back from a resubmit.
    case leaveTable(UInt8, Unmanaged<Rule>?, trace: Int)
    /// Something to be put right when the work above is done.
    case then((Translator) -> Void)
    /// Back from the far side of a patch port.
    indirect case leaveBridge(SavedContext)
  }

  /// Works until nothing is left to do.
  func run() {
    while true {
      if let list = found {
        found = nil
        list._withUnsafeGuaranteedRef { work($0, from: 0) }
      } else if let frame = memory.stack.popLast() {
        work(frame)
      } else {
        return
      }
    }
  }

  @inline(__always)
  private func work(_ frame: Frame) {
    switch frame {
    case .actions(let list, let next): work(list, from: next)
    case .outputs(let flood, let next): continueFlood(flood, next)
    case .then(let body): body(self)
    case .buckets(let buckets, let next): continueBuckets(buckets, next)
    case .actionSet(let node): performActionSet(trace: node)
    case .enterBridge: enterBridge()
    case .nested(let nested): leaveNested(nested)
    case .leaveTable(let table, let rule, let node):
      self.table = table
      currentRule = rule
      depth -= 1
      trace?.parent = node
    case .leaveBridge(let context): restore(context)
    }
  }

  /// Works off a list up to the first action that may push other work. The rest goes on the stack.
  private func work(_ list: WorkList, from first: Int) {
    var index = first
    if trace == nil, !wasMPLS {
      index = takeSteps(list, from: first)
      if index < list.stepCount {
        switch list.steps[index] {
        case .resubmit(let port, let table):
          putBack(list, from: index + 1)
          return resubmit(
            to: table == Resubmit.sameTable ? self.table : table,
            inPort: port == OpenFlowPort.inPort ? flow.key.inPort : port)
        case .goto(let table):
          putBack(list, from: index + 1)
          return goto(table)
        default: break
        }
      }
    }
    guard index < list.count else { return }
    putBack(list, from: index + 1)
    perform(list, index)
  }

  /// Takes the steps that only write to the packet, and says where they end.
  @inline(__always)
  private func takeSteps(_ list: WorkList, from first: Int) -> Int {
    var index = first
    while index < list.stepCount {
      switch list.steps[index] {
      case .write(let write) where !write.needsEthernet || isEthernet:
        write.apply(to: flowInPlace.words, wildcardsInPlace.words)
      case .move(let move):
        if hasPrerequisite(move.prerequisite) {
          move.apply(to: flowInPlace.words, wildcardsInPlace.words)
        }
      default: return index
      }
      index &+= 1
    }
    return index
  }

  @inline(__always)
  private func putBack(_ list: WorkList, from next: Int) {
    hasRestOfList = next < list.count
    if hasRestOfList { memory.stack.append(.actions(list, next: next)) }
  }

  private func perform(_ list: WorkList, _ index: Int) {
    if wasMPLS, needsWhatMPLSHid(list.actions[index]) {
      return freeze(resumingWith: [list.actions[index]])
    }
    trace?.add(.action, list.actions[index].text)
    list.perform(index, self)
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

  /// Ends the work in this bridge, or in the bucket or copy that the work is in.
  func exit() {
    while let frame = stack.last, !frame.isBoundary { stack.removeLast() }
  }

  /// Ends the list of actions that the current action stands in. Call it before pushing other work.
  func dropRestOfList() {
    if hasRestOfList { stack.removeLast() }
    hasRestOfList = false
  }

  /// Says in the trace what was found out.
  public func note(_ text: @autoclosure () -> String) { trace?.add(.detail, text()) }
  public func warn(_ text: @autoclosure () -> String) { trace?.add(.warning, text()) }
  func report(_ text: @autoclosure () -> String) { trace?.add(.error, text()) }

  /// The packet as it ended, with the tag below the outermost one, for traces.
  var finalFlow: Flow {
    guard let inner = innerTags.last else { return flow }
    var final = flow
    final.setBytes(
      Flow.Offset.headers + HeaderFields.Offset.innerVLANTCI, 2, UInt128(inner.tci))
    return final
  }

  /// The answer. Call it after `run`. Who does not need the searches for longer than the translator
  /// lasts saves the keeping of them.
  func finish(keepingVisits: Bool = true) -> Translation {
    translations.hit()
    if error != nil { actions = [] }
    // Nothing sees the packet behind the last operation: it needs no copy.
    while case .clone(let list)? = actions.last {
      actions.replaceSubrange((actions.count - 1)..., with: list)
    }
    return Translation(
      mask: finalMask(), deepMask: finalDeepMask(), actions: actions, effects: effects,
      visits: keepingVisits ? .make(visits, in: firstBridge, and: otherBridges) : nil, error: error,
      diverged: diverged,
      generation: pipeline.generation, learnedFrom: learnedFrom, named: named)
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
  /// The type of the tag that the packet came with.
  static let own: UInt16 = 0

  var type: UInt16
  var tci: UInt16
}
