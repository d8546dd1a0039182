import Fields
import OpenFlow

/// Flows as `ofproto/trace` writes them: exact, with all fields that such a packet has.
enum TraceText {
  static func flow(_ flow: Flow) -> String {
    let items = MatchText.format(Match(value: flow, mask: PacketMask.of(flow)))
      .split(separator: ",").map(String.init)
    // Headers that the flow key does not have: OVS shows them as zero.
    return items.map { item in
      if item.hasPrefix("dl_vlan_pcp=") { return item + ",vlan_tci1=0x0000" }
      if item.hasPrefix("ipv6_dst=") { return item + ",ipv6_label=0x00000" }
      return item
    }.joined(separator: ",")
  }

  /// A megaflow in terms of the bridge that the packet came in at.
  static func megaflow(_ flow: Flow, mask: FlowMask) -> String {
    var mask = Flow(mask)
    mask.key.recircID = 0
    if flow.key.vlanTCI & vlanPresent == 0 { mask.key.vlanTCI = 0 }
    return "recirc_id=0,eth," + MatchText.format(Match(value: flow, mask: mask))
  }
}
