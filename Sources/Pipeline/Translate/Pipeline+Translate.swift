import Datapath
import Fields
import OpenFlow

/// The ways into a translation. The caller holds the read lock, or is the control thread.
extension Pipeline {
  /// Translates a packet that came in on the datapath port `key.inPort`.
  func translate(_ key: FlowKey, trace: TraceRecorder? = nil) -> Translation? {
    guard let port = datapathPorts[key.inPort] else { return nil }
    return translate(key, at: port, in: port.bridge, trace: trace)
  }

  private func translate(
    _ key: FlowKey, at port: BridgePort, in bridge: Bridge, trace: TraceRecorder?
  ) -> Translation {
    let translator = Translator(self, key, at: port, in: bridge, trace: trace)
    translator.enterBridge()
    translator.run()
    return translator.finish()
  }

  // MARK: With what the flow became, for traces

  /// Translates a packet in `bridge`. `flow.key.inPort` is an OpenFlow port, which may not exist.
  func translate(
    _ flow: Flow, at port: BridgePort?, in bridge: Bridge, trace: TraceRecorder? = nil
  ) -> (Translation, Flow) {
    let translator = Translator(self, flow.key, at: port, in: bridge, trace: trace)
    translator.start(with: flow)
    trace?.enterBridge(bridge.name)
    translator.enterBridge()
    translator.run()
    return (translator.finish(), translator.flow)
  }

  /// Translates what a controller asks to be done with a packet.
  func translate(
    _ flow: Flow, at port: BridgePort?, in bridge: Bridge, doing actions: [any Action],
    trace: TraceRecorder? = nil
  ) -> (Translation, Flow) {
    let translator = Translator(self, flow.key, at: port, in: bridge, trace: trace)
    translator.start(with: flow)
    trace?.enterBridge(bridge.name)
    translator.stack.append(.actions(actions, next: 0))
    translator.run()
    return (translator.finish(), translator.flow)
  }
}
