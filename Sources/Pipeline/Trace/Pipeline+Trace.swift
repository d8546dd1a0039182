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
      // As in OVS, a packet that nothing is to be done with is traced through the tables.
      request.actions.isEmpty
        ? self.translate(request.flow, at: request.port, in: request.bridge, trace: $0)
        : self.translate(
          request.flow, at: request.port, in: request.bridge, doing: request.actions, trace: $0)
    }
  }

  /// A trace that is only looked at says so of packets for the control side.
  private func datapathText(_ translation: Translation, _ request: TraceRequest) -> String {
    let type = request.flow.bytes(Flow.Offset.headers + HeaderFields.Offset.vlanTPID, 2)
    return DatapathActionText.format(
      translation.actions,
      userspace: { self.punts.target($0)?.text($0, isSent: request.learns) },
      tagType: type == 0 ? 0x8100 : UInt16(type))
  }

  private func trace(
    _ request: TraceRequest, _ run: (TraceRecorder) -> (Translation, Flow)
  ) -> String {
    let recorder = TraceRecorder(learns: request.learns)
    let (translation, final) = run(recorder)
    if request.learns { learnFlows(translation.effects) }
    var text = "Flow: \(TraceText.flow(request.flow))\n"
    text += recorder.text
    var initial = request.flow
    initial.actionSetOutput = OpenFlowPort.unset
    let isUnchanged = final == initial
    text += "\nFinal flow: \(isUnchanged ? "unchanged" : TraceText.flow(final))\n"
    text +=
      "Megaflow: \(TraceText.megaflow(request.flow, mask: translation.mask, deepMask: translation.deepMask))\n"
    text += "Datapath actions: \(datapathText(translation, request))"
    if let error = translation.error {
      text += "\nTranslation failed (\(error.summary)), packet is dropped."
    }
    return text
  }
}
