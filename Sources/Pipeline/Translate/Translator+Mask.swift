import Datapath
import Fields
import OpenFlow

/// What a megaflow matches besides what the pipeline looked at, and what it never does.
extension Translator {
  /// Fields that are part of every decision: they say which other fields there are.
  func examineAlways() {
    wildcards.key.inPort = .max
    wildcards.key.recircID = .max
    wildcards.key.ethType = .max
    if isIP { wildcards.key.ipFrag = IPFragment.any | IPFragment.later }
  }

  /// The mask in the packet's own terms.
  func finalMask() -> FlowMask {
    var mask = wildcards.key
    mask.inPort = .max
    // Bit 0x1000 says that there is a tag: no other bit of it means anything without that one.
    if mask.vlanTCI != 0 { mask.vlanTCI |= vlanPresent }
    return mask
  }

  /// The bits of the deep key, as far as packets under the mask can differ in them: what the flow key
  /// says of the packet (always matched are Ethertype and the presence of a tag) decides which of
  /// those headers there are.
  func finalDeepMask() -> DeepKey {
    var mask = DeepKey(at: wildcardsInPlace)
    if !packet.isMPLS { mask.headers.clear(HeaderFields.Offset.mplsLSE, 12) }
    if packet.key.ethType != EtherType.nsh { mask.headers.clear(HeaderFields.Offset.nshFlags, 24) }
    if packet.key.ethType != EtherType.ipv6 { mask.headers.clear(0, 37) }
    if packet.key.vlanTCI & vlanPresent == 0 { mask.headers.clear(HeaderFields.Offset.vlanTPID, 6) }
    if packet.key.recircID == 0 { mask.dpHash = 0 }
    return mask
  }

  /// The type of what is in the frame, or of the packet when it has no Ethernet header.
  var networkType: UInt16 {
    if isEthernet { return flow.key.ethType }
    let type = UInt32(truncatingIfNeeded: MatchField.packetType.value(at: flowInPlace))
    return type >> 16 == UInt32(PacketType.etherTypeNamespace) ? UInt16(type & 0xffff) : 0
  }
  var isEthernet: Bool {
    flowInPlace.raw32(Flow.Offset.state + StateFields.Offset.packetType)
      == PacketType.ethernet.bigEndian
  }
  var isIPv4: Bool { networkType == EtherType.ipv4 }
  var isIPv6: Bool { networkType == EtherType.ipv6 }
  var isIP: Bool { isIPv4 || isIPv6 }
  var isARP: Bool { networkType == EtherType.arp || networkType == EtherType.rarp }
  var isMPLS: Bool {
    networkType == EtherType.mpls || networkType == EtherType.mplsMulticast
  }

  /// The protocol, if the packet has a header of it; looks at what tells.
  func transportProtocol() -> UInt8? {
    guard isIP else { return nil }
    wildcards.key.ipProto = .max
    wildcards.key.ipFrag = IPFragment.any | IPFragment.later
    return flow.key.ipFrag & IPFragment.later == 0 ? flow.key.ipProto : nil
  }
}

enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let arp: UInt16 = 0x0806
  static let rarp: UInt16 = 0x8035
  static let ipv6: UInt16 = 0x86dd
  static let mpls: UInt16 = 0x8847
  static let mplsMulticast: UInt16 = 0x8848
  static let nsh: UInt16 = 0x894f
  static let transparentEthernet: UInt16 = 0x6558
}

/// ICMPv6 types.
enum NeighborDiscovery {
  static let solicitation: UInt16 = 135
  static let advertisement: UInt16 = 136
}

enum IPProtocol {
  static let icmp: UInt8 = 1
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let icmpv6: UInt8 = 58
  static let sctp: UInt8 = 132
}

extension Flow {
  var isMPLS: Bool {
    key.ethType == EtherType.mpls || key.ethType == EtherType.mplsMulticast
  }
}
