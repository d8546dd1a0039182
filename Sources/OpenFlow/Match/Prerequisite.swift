import Fields

/// Numbers that matches and prerequisites speak of.
enum EtherType {
  static let ipv4: UInt16 = 0x0800
  static let arp: UInt16 = 0x0806
  static let rarp: UInt16 = 0x8035
  static let ipv6: UInt16 = 0x86dd
  static let vlan: UInt16 = 0x8100
  static let serviceVLAN: UInt16 = 0x88a8
}

enum IPProtocol {
  static let icmp: UInt8 = 1
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let icmpv6: UInt8 = 58
  static let sctp: UInt8 = 132
}

extension MatchField.Prerequisite {
  /// Whether every packet that `match` accepts has the header that the field lies in.
  func isMet(by match: Match) -> Bool {
    let key = match.value.key
    let isIP = key.ethType == EtherType.ipv4 || key.ethType == EtherType.ipv6
    switch self {
    case .none: return true
    case .vlanVID: return key.vlanTCI & vlanPresent != 0
    case .arp: return key.ethType == EtherType.arp || key.ethType == EtherType.rarp
    case .ipv4: return key.ethType == EtherType.ipv4
    case .ipv6: return key.ethType == EtherType.ipv6
    case .ipAny: return isIP
    case .tcp: return isIP && transport(IPProtocol.tcp, key)
    case .udp: return isIP && transport(IPProtocol.udp, key)
    case .sctp: return isIP && transport(IPProtocol.sctp, key)
    case .icmp: return key.ethType == EtherType.ipv4 && transport(IPProtocol.icmp, key)
    case .icmpv6: return key.ethType == EtherType.ipv6 && transport(IPProtocol.icmpv6, key)
    }
  }

  /// A later fragment has no transport header.
  private func transport(_ ipProto: UInt8, _ key: FlowKey) -> Bool {
    key.ipProto == ipProto && key.ipFrag & IPFragment.later == 0
  }
}
