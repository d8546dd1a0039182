import Datapath
import OpenFlow

/// A translation's sleep in the terms of OpenFlow: the actions that are left, flow by flow.
extension Continuation {
  init(_ state: FrozenState, datapathPort: PortNumber) {
    self.init()
    bridge = state.bridge.uuid
    self.datapathPort = UInt32(datapathPort)
    actionSet = state.actionSet
    stack = state.values.reversed().map(\.content)
    var table = state.table
    var rule = state.rule
    var known: Group?
    for frame in state.frames.reversed() {
      switch frame {
      case .actions(let list, let next):
        for action in list.actions[next...] { append(action, table, rule?.cookie ?? .max, &known) }
      case .leaveTable(let outer, let outerRule, _):
        (table, rule) = (outer, outerRule?.takeUnretainedValue())
      default: break
      }
    }
    if let known { groups.append(known) }
  }

  /// An action that needs to know its table and cookie begins a group with them, unless the group
  /// that is being collected has the same.
  private mutating func append(
    _ action: any Action, _ table: UInt8, _ cookie: UInt64, _ group: inout Group?
  ) {
    // These say something of their flow, and do nothing.
    if action is NoteAction || action is ConjunctionAction { return }
    let action = action.asPlainAction
    let isNew = group.map { $0.table != table || $0.cookie != cookie } ?? true
    if isNew, group == nil || action.tellsItsPlace {
      if let group { groups.append(group) }
      group = Group(
        table: action.tellsItsPlace ? table : 0, cookie: action.tellsItsPlace ? cookie : 0,
        actions: [])
    }
    group?.actions.append(action)
  }
}

extension Action {
  /// Whether what the action does depends on, or tells, the flow that it stands in.
  fileprivate var tellsItsPlace: Bool {
    switch self {
    case is OutputAction, is OutputTruncated, is OutputReg, is GroupAction, is ControllerAction,
      is DecTTL, is DecMPLSTTL, is DecNSHTTL:
      true
    case let resubmit as Resubmit: resubmit.table == Resubmit.sameTable
    default: false
    }
  }

  /// Instructions as actions that do the same.
  fileprivate var asPlainAction: any Action {
    switch self {
    case let goto as GotoTable: Resubmit(table: goto.table)
    case let write as WriteMetadata:
      SetField(.metadata, UInt128(write.value), mask: UInt128(write.mask))
    default: self
    }
  }
}
