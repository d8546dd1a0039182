import Fields

/// Numbers that matches and prerequisites speak of.
enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let arp: UInt16 = 0x0806
  static let rarp: UInt16 = 0x8035
  static let ipv6: UInt16 = 0x86dd
  static let vlan: UInt16 = 0x8100
  static let serviceVLAN: UInt16 = 0x88a8
  static let mpls: UInt16 = 0x8847
  static let mplsMulticast: UInt16 = 0x8848
  static let nsh: UInt16 = 0x894f
}

enum IPProtocol {
  static let icmp: UInt8 = 1
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let icmpv6: UInt8 = 58
  static let sctp: UInt8 = 132
}

/// ICMPv6 types of neighbor discovery.
enum NeighborDiscovery {
  static let solicitation: UInt16 = 135
  static let advertisement: UInt16 = 136
}

/// Packet types (OpenFlow 1.5, section 7.2.3.11): a namespace and a number in it. All that bridges see
/// of a packet that starts with an Ethernet header is 0.
public enum PacketType {
  public static let ethernet: UInt32 = 0
  /// The namespace of Ethernet types.
  public static let etherTypeNamespace: UInt16 = 1
}

extension Match {
  /// The packet type that is asked for; Ethernet unless said otherwise.
  var packetType: UInt32 {
    UInt32(truncatingIfNeeded: value(of: .packetType))
  }

  /// Nothing in the key says otherwise.
  var isEthernet: Bool { isKeyOnly || packetType == PacketType.ethernet }

  /// The type of what is in the frame, or of the packet itself when it has no Ethernet header.
  var networkType: UInt16 {
    if isEthernet { return key.ethType }
    let isEtherType = UInt16(packetType >> 16) == PacketType.etherTypeNamespace
    return isEtherType ? UInt16(truncatingIfNeeded: packetType) : 0
  }

  var isIP: Bool { networkType == EtherType.ipv4 || networkType == EtherType.ipv6 }
  var isARP: Bool { networkType == EtherType.arp || networkType == EtherType.rarp }
  var isMPLS: Bool {
    networkType == EtherType.mpls || networkType == EtherType.mplsMulticast
  }

  /// Whether the packets are of an IP protocol and have its header.
  func isTransport(_ ipProto: UInt8) -> Bool {
    isIP && key.ipProto == ipProto && key.ipFrag & IPFragment.later == 0
  }

  /// Whether the packets are neighbor solicitations or advertisements.
  var isND: Bool {
    let type = key.tpSrc
    return networkType == EtherType.ipv6 && isTransport(IPProtocol.icmpv6) && key.tpDst == 0
      && (type == NeighborDiscovery.solicitation || type == NeighborDiscovery.advertisement)
  }

  /// Whether connection tracking is known to have a valid entry for the packets.
  var isConnectionValid: Bool {
    let state = UInt32(truncatingIfNeeded: value(of: .ctState))
    let asked = UInt32(truncatingIfNeeded: mask(of: .ctState))
    let valid =
      ConnectionState.new | ConnectionState.established | ConnectionState.related
      | ConnectionState.reply | ConnectionState.sourceNAT | ConnectionState.destinationNAT
    if state & valid != 0 { return true }
    return state & ConnectionState.tracked != 0 && asked & ConnectionState.invalid != 0
      && state & ConnectionState.invalid == 0
  }
}

extension MatchField.Prerequisite {
  /// Whether every packet that `match` accepts has the header that the field lies in.
  func isMet(by match: Match) -> Bool {
    switch self {
    case .none: true
    case .ethernet: match.isEthernet
    case .vlanVID: match.isEthernet && match.key.vlanTCI & vlanPresent != 0
    case .mpls: match.isMPLS
    case .arp: match.isARP
    case .ipv4: match.networkType == EtherType.ipv4
    case .ipv6: match.networkType == EtherType.ipv6
    case .ipAny: match.isIP
    case .nsh: match.networkType == EtherType.nsh
    case .tcp: match.isTransport(IPProtocol.tcp)
    case .udp: match.isTransport(IPProtocol.udp)
    case .sctp: match.isTransport(IPProtocol.sctp)
    case .icmp: match.networkType == EtherType.ipv4 && match.isTransport(IPProtocol.icmp)
    case .icmpv6: match.networkType == EtherType.ipv6 && match.isTransport(IPProtocol.icmpv6)
    case .nd: match.isND
    case .ndSolicit: match.isND && match.key.tpSrc == NeighborDiscovery.solicitation
    case .ndAdvert: match.isND && match.key.tpSrc == NeighborDiscovery.advertisement
    case .ctValid: match.isConnectionValid
    }
  }
}
