import Fields

/// `normalize` for matches that speak of nothing but the flow key, in a few instructions.
///
/// Which bits of the key a match may ask for depends on little of its value: the Ethertype, the IP
/// protocol, and whether later fragments are asked for. For each of those kinds the bits are worked out
/// once, from the prerequisites of the fields.
extension Match {
  private static let etherTypes = [EtherType.ipv4, EtherType.ipv6, EtherType.arp]
  private static let protocols = [
    IPProtocol.tcp, IPProtocol.udp, IPProtocol.sctp, IPProtocol.icmp, IPProtocol.icmpv6,
  ]
  /// A number for whatever is not in the lists above.
  private static let otherType: UInt16 = 0xfffe
  private static let otherProtocol: UInt8 = 0xfe

  /// By kind: see `kind`.
  private static let keptBits: [FlowMask] = {
    var bits: [FlowMask] = []
    for etherType in etherTypes + [otherType] {
      for ipProto in protocols + [otherProtocol] {
        for fragment in [0, IPFragment.later] {
          var sample = Match()
          sample.set(.ethType, UInt128(etherType))
          sample.set(.ipProto, UInt128(ipProto))
          sample.set(.ipFrag, UInt128(fragment))
          bits.append(keptBits(of: sample))
        }
      }
    }
    return bits
  }()

  private static func keptBits(of sample: Match) -> FlowMask {
    var bits = FlowMask()
    for field in MatchFieldCatalog.conditions
    where field.isInKey && field.prerequisite.isMet(by: sample) {
      var ones = Flow()
      field.store(.max, mask: field.allOnes, in: &ones)
      var mask = Flow()
      field.store(field.condition(in: ones), mask: field.allOnes, in: &mask)
      bits = bits | mask.key
    }
    return bits
  }

  private var kind: Int {
    let type: Int
    switch key.ethType {
    case EtherType.ipv4: type = 0
    case EtherType.ipv6: type = 1
    case EtherType.arp, EtherType.rarp: type = 2
    default: type = 3
    }
    let ipProto: Int
    switch key.ipProto {
    case IPProtocol.tcp: ipProto = 0
    case IPProtocol.udp: ipProto = 1
    case IPProtocol.sctp: ipProto = 2
    case IPProtocol.icmp: ipProto = 3
    case IPProtocol.icmpv6: ipProto = 4
    default: ipProto = 5
    }
    return (type * 6 + ipProto) * 2 + (key.ipFrag & IPFragment.later == 0 ? 0 : 1)
  }

  /// False, with nothing done, for matches that have to be looked at field by field.
  mutating func normalizeKey() -> Bool {
    guard isKeyOnly else { return false }
    // Ports that are too great for ICMP.
    if key.ipProto == IPProtocol.icmp || key.ipProto == IPProtocol.icmpv6,
      key.tpSrc > 0xff || key.tpDst > 0xff
    {
      return false
    }
    self = Match(key: key, mask: keyMask & Self.keptBits[kind])
    return true
  }
}
