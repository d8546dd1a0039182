import Datapath
import Fields
import OpenFlow

/// Flows as `ofproto/trace` writes them: exact, with all fields that such a packet has.
enum TraceText {
  static func flow(_ flow: Flow) -> String {
    MatchText.format(Match(value: flow, mask: PacketMask.of(flow)))
  }

  /// A megaflow in terms of the bridge that the packet came in at.
  static func megaflow(_ flow: Flow, mask: FlowMask, deepMask: DeepKey) -> String {
    megaflow(flow, mask: Flow(mask, deepMask))
  }

  static func megaflow(_ flow: Flow, mask: PipelineMask) -> String {
    var mask = mask
    mask.key.recircID = .max
    MatchField.packetType.store(.max, mask: .max, in: &mask)
    if flow.key.vlanTCI & vlanPresent == 0 { mask.key.vlanTCI = 0 }
    return MatchText.format(Match(value: flow, mask: mask))
  }
}
