import Datapath
import Fields
import OpenFlow
import Runtime

/// `ofproto/trace` and `ofproto/trace-packet-out`: what would happen to a packet, and why.
extension Pipeline {
  /// `arguments` as ovs-appctl hands them over: `[DP] ODP_FLOW | BRIDGE BR_FLOW`, options, and
  /// `-generate` or a packet in hexadecimal.
  public func trace(_ arguments: [String]) throws(TextError) -> String {
    let request = try TraceRequest(arguments, packetOut: false, self)
    return trace(request) {
      self.translate(request.flow, at: request.port, in: request.bridge, trace: $0)
    }
  }

  /// The same for a packet that a controller sends with actions.
  public func tracePacketOut(_ arguments: [String]) throws(TextError) -> String {
    let request = try TraceRequest(arguments, packetOut: true, self)
    return trace(request) {
      self.translate(
        request.flow, at: request.port, in: request.bridge, doing: request.actions, trace: $0)
    }
  }

  private func trace(
    _ request: TraceRequest, _ run: (TraceRecorder) -> (Translation, Flow)
  ) -> String {
    let recorder = TraceRecorder(learns: request.learns)
    let (translation, final) = run(recorder)
    var text = "Flow: \(TraceText.flow(request.flow))\n"
    text += recorder.text
    let isUnchanged = final == request.flow
    text += "\nFinal flow: \(isUnchanged ? "unchanged" : TraceText.flow(final))\n"
    text += "Megaflow: \(TraceText.megaflow(request.flow, mask: translation.mask))\n"
    text += "Datapath actions: \(DatapathActionText.format(translation.actions))"
    if let error = translation.error {
      text += "\nTranslation failed (\(error.summary)), packet is dropped."
    }
    return text
  }
}
