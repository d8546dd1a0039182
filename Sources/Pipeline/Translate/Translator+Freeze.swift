import Datapath
import Fields
import OpenFlow

/// Sleeping and waking up: see `FrozenState`.
extension Translator {
  /// Emits a recirculation after which all goes on as it would have here, beginning with `actions`.
  /// The packet goes on as what the datapath makes of it until then; operations that prepare that
  /// (`hash`, say) are appended by `prepare`, which finds the packet committed.
  func freeze(
    resumingWith first: [any Action] = [], _ prepare: (Translator) -> Void = { _ in }
  ) {
    commit()
    prepare(self)
    if !first.isEmpty { stack.append(.actions(WorkList(first), next: 0)) }
    let id = pipeline.frozen.id(for: frozenState())
    effects.append(.frozen(id))
    actions.append(.recirculate(id.number))
    // Nothing more here; what is below a boundary goes on.
    exit()
  }

  /// What is left to do in this bridge.
  func frozenState() -> FrozenState {
    var rest = flow
    rest.key = FlowKey()
    rest.key.inPort = flow.key.inPort
    rest.headers = HeaderFields()
    rest.dpHash = 0
    var frames: [Frame] = []
    var rules: [Rule] = []
    for frame in stack.all.reversed() {
      if frame.isBoundary { break }
      frames.append(frame.withoutTrace)
      if case .leaveTable(_, let rule?, _) = frame { rules.append(rule.takeUnretainedValue()) }
    }
    return FrozenState(
      bridge: bridge, flow: rest, values: values, table: table, rule: rule, depth: depth,
      actionSet: actionSet,
      actionSetHasGroup: actionSetHasGroup, isInActionSet: isInActionSet, frames: frames.reversed(),
      rules: rules)
  }

  /// Goes on where a translation stopped, with the packet that came back.
  func thaw(_ state: FrozenState) {
    let packet = flow
    flow = state.flow
    flow.key = packet.key
    flow.key.inPort = state.flow.key.inPort
    flow.headers = packet.headers
    flow.dpHash = packet.dpHash
    flow.packetType = packet.packetType
    base.state = flow.state
    values = state.values
    table = state.table
    rule = state.rule
    kept += state.rules
    if let rule = state.rule { kept.append(rule) }
    isInActionSet = state.isInActionSet
    depth = state.depth
    actionSet = state.actionSet
    actionSetHasGroup = state.actionSetHasGroup
    stack.removeAll()
    for frame in state.frames {
      switch frame {
      case .leaveTable(let table, let rule, _):
        stack.append(.leaveTable(table, rule, trace: trace?.parent ?? 0))
      case .actionSet: stack.append(.actionSet(trace: trace?.parent ?? 0))
      default: stack.append(frame)
      }
    }
  }
}

extension Translator.Frame {
  fileprivate var withoutTrace: Translator.Frame {
    switch self {
    case .leaveTable(let table, let rule, _): .leaveTable(table, rule, trace: 0)
    case .actionSet: .actionSet(trace: 0)
    default: self
    }
  }
}

extension Flow {
  var dpHash: UInt32 {
    get { UInt32(bytes(Flow.Offset.state + StateFields.Offset.dpHash, 4)) }
    set { setBytes(Flow.Offset.state + StateFields.Offset.dpHash, 4, UInt128(newValue)) }
  }

  /// 0 for Ethernet, else namespace << 16 | type.
  var packetType: UInt32 {
    get { UInt32(bytes(Flow.Offset.state + StateFields.Offset.packetType, 4)) }
    set { setBytes(Flow.Offset.state + StateFields.Offset.packetType, 4, UInt128(newValue)) }
  }

  /// What the datapath says of a packet.
  init(_ key: FlowKey, _ deep: DeepKey) {
    self.init()
    take(key, deep)
  }

  /// The same in place of what is known. All else stays as it is.
  mutating func take(_ key: FlowKey, _ deep: DeepKey) {
    self.key = key
    headers = deep.headers
    if deep.dpHash != dpHash { dpHash = deep.dpHash }
    if deep.packetType != packetType { packetType = deep.packetType }
  }
}

extension DeepKey {
  /// The part of a flow that the datapath can look at.
  init(_ flow: Flow) {
    self = withUnsafePointer(to: flow) { DeepKey(at: $0) }
  }

  init(at flow: UnsafePointer<Flow>) {
    self.init()
    headers = flow.pointee.headers
    let place = Flow.Offset.state + StateFields.Offset.dpHash
    dpHash = UInt32(truncatingIfNeeded: flow.bytes(place, 4))
  }
}
