import Fields
import OpenFlow

/// The action set: what `write_actions` collects on the way through the tables, carried out at the end
/// of the bridge's pipeline.
extension Translator {
  /// Puts the carrying out under all work of this bridge. Call it before the first table, which in the
  /// packet's first bridge is where a trace shows the action set; in others it is the bridge.
  func startActionSet(beforeTable: Bool) {
    clearActionSet()
    let node = beforeTable && stack.isEmpty ? trace?.next : trace?.parent
    stack.append(.actionSet(trace: node ?? 0))
  }

  func writeToActionSet(_ written: [any Action]) {
    actionSet += written
    noteActionSet(written)
    reportActionSet("is")
  }

  func clearActionSet(reporting: Bool = false) {
    if reporting { reportActionSet("was") }
    if !actionSet.isEmpty { actionSet = [] }
    actionSetHasGroup = false
    setActionSetOutput(OpenFlowPort.unset)
  }

  /// Carries the set out; it is empty then.
  func performActionSet(trace node: Int) {
    guard !actionSet.isEmpty else { return }
    let list = ActionSet.list(actionSet)
    actionSet = []
    guard !list.isEmpty else { return }
    trace?.parent = node
    trace?.enter(.table, "--. Executing action set:")
    isInActionSet = true
    stack.append(.actions(WorkList(list), next: 0))
  }

  /// Keeps the field `actset_output` true: the port that the set outputs to, if it has no group.
  private func noteActionSet(_ written: [any Action]) {
    guard !actionSetHasGroup else { return }
    for action in written {
      if let output = action as? OutputAction {
        setActionSetOutput(output.port)
      } else if action is GroupAction {
        setActionSetOutput(OpenFlowPort.unset)
        actionSetHasGroup = true
        return
      }
    }
  }

  func setActionSetOutput(_ port: UInt16) {
    flowInPlace.setBytes(Flow.actionSetOutputOffset, 4, UInt128(OpenFlowPort.to32(port)))
  }

  private func reportActionSet(_ verb: String) {
    guard trace != nil else { return }
    let list = ActionSet.list(actionSet)
    note("action set \(verb)\(list.isEmpty ? " empty" : ": " + ActionText.format(list))")
  }
}

extension Flow {
  /// The field `actset_output`, as a port has it inside the switch.
  var actionSetOutput: UInt16 {
    get { UInt16(truncatingIfNeeded: bytes(Self.actionSetOutputOffset, 4)) }
    set {
      setBytes(Self.actionSetOutputOffset, 4, UInt128(OpenFlowPort.to32(newValue)))
    }
  }

  fileprivate static let actionSetOutputOffset = Flow.Offset.state + StateFields.Offset.actsetOutput
}
