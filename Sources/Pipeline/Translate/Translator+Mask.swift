import Fields

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

  var isIPv4: Bool { flow.key.ethType == EtherType.ipv4 }
  var isIPv6: Bool { flow.key.ethType == EtherType.ipv6 }
  var isIP: Bool { isIPv4 || isIPv6 }
  var isARP: Bool { flow.key.ethType == EtherType.arp || flow.key.ethType == EtherType.rarp }

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
}

enum IPProtocol {
  static let icmp: UInt8 = 1
  static let tcp: UInt8 = 6
  static let udp: UInt8 = 17
  static let icmpv6: UInt8 = 58
  static let sctp: UInt8 = 132
}
