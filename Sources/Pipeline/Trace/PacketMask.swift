import Fields

/// The fields that a packet of a flow has: what a trace shows of it.
enum PacketMask {
  static func of(_ flow: Flow) -> PipelineMask {
    var mask = Flow()
    mask.key.inPort = .max
    mask.key.ethSrc = .broadcast
    mask.key.ethDst = .broadcast
    mask.key.ethType = .max
    mask.key.vlanTCI = .max
    for index in 0..<16 where flow.bytes(Flow.Offset.registers + 4 * index, 4) != 0 {
      mask.setBytes(Flow.Offset.registers + 4 * index, 4, UInt128(UInt32.max))
    }
    if flow.metadata != 0 { mask.metadata = .max }
    if flow.tunnelID != 0 { mask.tunnelID = .max }
    switch flow.key.ethType {
    case EtherType.ipv4:
      mask.key.ipv4Src = .max
      mask.key.ipv4Dst = .max
      ip(flow.key, &mask.key)
    case EtherType.ipv6:
      mask.key.ipv6Src = .max
      mask.key.ipv6Dst = .max
      ip(flow.key, &mask.key)
    case EtherType.arp, EtherType.rarp:
      mask.key.ipProto = .max
      mask.key.ipv4Src = .max
      mask.key.ipv4Dst = .max
      mask.key.arpSHA = .broadcast
      mask.key.arpTHA = .broadcast
    default: break
    }
    return mask
  }

  private static func ip(_ key: FlowKey, _ mask: inout FlowMask) {
    mask.ipProto = .max
    mask.ipTOS = .max
    mask.ipTTL = .max
    mask.ipFrag = IPFragment.any | IPFragment.later
    guard key.ipFrag & IPFragment.later == 0 else { return }
    switch key.ipProto {
    case IPProtocol.tcp:
      mask.tcpFlags = 0xfff
      ports(&mask)
    case IPProtocol.udp, IPProtocol.sctp: ports(&mask)
    case IPProtocol.icmp where key.ethType == EtherType.ipv4,
      IPProtocol.icmpv6 where key.ethType == EtherType.ipv6:
      mask.tpSrc = 0xff
      mask.tpDst = 0xff
    default: break
    }
  }

  private static func ports(_ mask: inout FlowMask) {
    mask.tpSrc = .max
    mask.tpDst = .max
  }
}
