import Fields
import OpenFlow

/// The fields that a packet of a flow has: what a trace shows of it. What is known besides the headers
/// is shown when it is not zero.
enum PacketMask {
  static func of(_ flow: Flow) -> PipelineMask {
    var mask = Flow()
    for field in context where field.value(in: flow) != 0 { set(field, in: &mask) }
    if MatchField.tunnelDst.value(in: flow) != 0 || MatchField.tunnelIPv6Dst.value(in: flow) != 0 {
      for field in tunnel { set(field, in: &mask) }
      let flags = Flow.Offset.tunnel + TunnelFields.Offset.flags
      mask.setBytes(flags, 2, 0xf)
      // A tunnel has an ID if its flags say so.
      if flow.bytes(flags, 2) & UInt128(TunnelFlags.key) == 0 {
        MatchField.tunnelID.store(0, mask: .max, in: &mask)
      }
    }
    mask.tunnel.presentOptions = flow.tunnel.presentOptions
    set(.packetType, in: &mask)
    guard MatchField.packetType.value(in: flow) == UInt128(PacketType.ethernet) else {
      network(UInt16(MatchField.packetType.value(in: flow) & 0xffff), flow, &mask)
      return mask
    }
    mask.key.ethSrc = .broadcast
    mask.key.ethDst = .broadcast
    mask.key.ethType = .max
    // The first tag that is not there is shown, too.
    mask.key.vlanTCI = .max
    if flow.key.vlanTCI != 0 {
      mask.setBytes(Flow.Offset.headers + HeaderFields.Offset.innerVLANTCI, 2, 0xffff)
    }
    network(flow.key.ethType, flow, &mask)
    return mask
  }

  private static let context: [MatchField] =
    MatchField.registers + [
      .inPort, .skbPriority, .pktMark, .recircID, .dpHash, .ctState, .ctZone, .ctMark, .ctLabel,
      .ctNWProto, .metadata, .tunnelID, .ctNWSrc, .ctNWDst, .ctIPv6Src, .ctIPv6Dst, .ctTPSrc,
      .ctTPDst,
    ]

  private static let tunnel: [MatchField] = [
    .tunnelSrc, .tunnelDst, .tunnelIPv6Src, .tunnelIPv6Dst, .tunnelTOS, .tunnelTTL, .tunnelGBPID,
    .tunnelGBPFlags, .tunnelERSPANVersion, .tunnelGTPUFlags, .tunnelGTPUMessageType,
  ]

  private static func set(_ field: MatchField, in mask: inout PipelineMask) {
    let all = field == .ctState ? UInt128(ConnectionState.all) : field.allOnes
    field.store(all, mask: .max, in: &mask)
  }

  private static func network(_ type: UInt16, _ flow: Flow, _ mask: inout PipelineMask) {
    switch type {
    case EtherType.ipv4:
      mask.key.ipv4Src = .max
      mask.key.ipv4Dst = .max
      ip(flow.key, &mask.key)
    case EtherType.ipv6:
      mask.key.ipv6Src = .max
      mask.key.ipv6Dst = .max
      set(.ipv6Label, in: &mask)
      ip(flow.key, &mask.key)
      discovery(flow.key, &mask)
    case EtherType.arp, EtherType.rarp:
      mask.key.ipProto = .max
      mask.key.ipv4Src = .max
      mask.key.ipv4Dst = .max
      mask.key.arpSHA = .broadcast
      mask.key.arpTHA = .broadcast
    case EtherType.mpls, EtherType.mplsMulticast: labels(flow, &mask)
    case EtherType.nsh:
      for field in nsh { set(field, in: &mask) }
      ip(flow.key, &mask.key)
    default: break
    }
  }

  private static let nsh: [MatchField] =
    [.nshFlags, .nshTTL, .nshMDType, .nshNP, .nshSPI, .nshSI] + MatchField.nshContext

  private static func labels(_ flow: Flow, _ mask: inout PipelineMask) {
    for index in 0..<3 {
      let place = Flow.Offset.headers + HeaderFields.Offset.mplsLSE + 4 * index
      mask.setBytes(place, 4, UInt128(UInt32.max))
      if flow.bytes(place, 4) >> 8 & 1 != 0 { return }
    }
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
    case IPProtocol.udp, IPProtocol.sctp, IPProtocol.icmp, IPProtocol.icmpv6, 2: ports(&mask)
    default: break
    }
  }

  private static func ports(_ mask: inout FlowMask) {
    mask.tpSrc = .max
    mask.tpDst = .max
  }

  private static func discovery(_ key: FlowKey, _ mask: inout PipelineMask) {
    let types = [NeighborDiscovery.solicitation, NeighborDiscovery.advertisement]
    guard key.ipProto == IPProtocol.icmpv6, key.ipFrag & IPFragment.later == 0,
      types.contains(key.tpSrc), key.tpDst == 0
    else { return }
    for field in [MatchField.ndTarget, .ndSLL, .ndTLL] { set(field, in: &mask) }
  }
}
