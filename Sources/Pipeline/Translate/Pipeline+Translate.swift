import Datapath
import Fields
import OpenFlow

/// The ways into a translation. The caller holds the read lock, or is the control thread.
extension Pipeline {
  /// Translates a packet that came in on the datapath port `key.inPort`.
  func translate(
    _ key: FlowKey, _ deep: DeepKey = DeepKey(), trace: TraceRecorder? = nil
  ) -> Translation? {
    if key.recircID != 0 { return resume(key, deep, trace: trace)?.0 }
    guard let port = datapathPorts[key.inPort] else { return nil }
    let translator = Translator(self, key, deep, at: port, in: port.bridge, trace: trace)
    translator.enterBridge()
    translator.run()
    return translator.finish()
  }

  /// Goes on with a packet that was recirculated; nil when nobody knows its ID any more.
  func resume(
    _ key: FlowKey, _ deep: DeepKey, trace: TraceRecorder? = nil
  ) -> (Translation, Flow)? {
    guard let state = frozen.state(key.recircID), bridges[state.bridge.name] === state.bridge
    else { return nil }
    let translator = Translator(
      self, key, deep, at: datapathPorts[key.inPort], in: state.bridge, trace: trace)
    translator.thaw(state)
    translator.run()
    return (translator.finish(), translator.finalFlow)
  }

  // MARK: With what the flow became, for traces

  /// Translates a packet in `bridge`. `flow.key.inPort` is an OpenFlow port, which may not exist.
  func translate(
    _ flow: Flow, at port: BridgePort?, in bridge: Bridge, trace: TraceRecorder? = nil
  ) -> (Translation, Flow) {
    let translator = Translator(self, flow.key, DeepKey(flow), at: port, in: bridge, trace: trace)
    translator.start(with: flow)
    trace?.enterBridge(bridge.name)
    translator.enterBridge()
    translator.run()
    return (translator.finish(), translator.finalFlow)
  }

  /// Translates what a controller asks to be done with a packet. The searches are shown to `visit`
  /// and not kept.
  func translate(
    _ packetOut: PreparedPacketOut, at port: BridgePort?,
    _ visit: (UnsafeBufferPointer<TableVisit>) -> Void
  ) -> Translation {
    let translator = Translator(
      self, packetOut.flow.key, DeepKey(packetOut.flow), at: port, in: packetOut.bridge)
    translator.isPacketOut = true
    translator.carryOut(packetOut.actions, on: packetOut.flow)
    visit(translator.visits)
    return translator.finish(keepingVisits: false)
  }

  /// The same for a trace.
  func translate(
    _ flow: Flow, at port: BridgePort?, in bridge: Bridge, doing actions: [any Action],
    trace: TraceRecorder
  ) -> (Translation, Flow) {
    let translator = Translator(self, flow.key, DeepKey(flow), at: port, in: bridge, trace: trace)
    trace.enterBridge(bridge.name)
    translator.carryOut(actions, on: flow)
    return (translator.finish(), translator.finalFlow)
  }
}

extension Translator {
  /// Works off a list of actions that stand in no table.
  fileprivate func carryOut(_ actions: [any Action], on flow: Flow) {
    start(with: flow)
    startActionSet(beforeTable: false)
    stack.append(.actions(WorkList(actions), next: 0))
    run()
  }
}
