import Fields

extension FlowKey {
  /// A hash of the connection: addresses, protocol, ports. Of a packet without addresses it is a
  /// constant.
  public var connectionHash: UInt32 {
    var hash: UInt32 = 0
    switch ethType {
    case EtherType.ipv6:
      hash = IntegerHash.add(IntegerHash.add(hash, w4), w5)
      hash = IntegerHash.add(IntegerHash.add(hash, w6), w7)
    case EtherType.ipv4, EtherType.arp: hash = IntegerHash.add(hash, w4)
    default: return IntegerHash.finish(hash, 42)
    }
    hash = IntegerHash.add(hash, UInt32(ipProto))
    switch ipProto {
    case IPProtocol.tcp, IPProtocol.udp, IPProtocol.sctp, IPProtocol.icmp, IPProtocol.icmpv6:
      hash = IntegerHash.add(hash, portWord)
    default: break
    }
    return IntegerHash.finish(hash, 42)
  }

  /// A hash that is the same for both directions of a connection: of both addresses, protocol, and
  /// the ports of TCP and SCTP. UDP's ports often differ between the directions of what people take
  /// for one conversation. What is not IP is told apart by Ethernet addresses and VLAN;
  /// `innerVLAN`: the IDs of further tags, mixed by exclusive or.
  public func symmetricHash(
    basis: UInt32, innerVLAN: UInt16 = 0, withUDP: Bool = false
  ) -> UInt32 {
    var hash = basis
    switch ethType {
    case EtherType.ipv6: hash = IntegerHash.add(IntegerHash.add(hash, w4 ^ w6), w5 ^ w7)
    case EtherType.ipv4:
      hash = IntegerHash.add(hash, UInt32(truncatingIfNeeded: w4 ^ w4 &>> 32))
    default: return symmetricLinkHash(basis: basis, innerVLAN: innerVLAN)
    }
    hash = IntegerHash.add(hash, UInt32(ipProto))
    if hasSymmetricPorts(withUDP: withUDP) {
      hash = IntegerHash.add(hash, (portWord ^ portWord &>> 16) & 0xffff)
    }
    return IntegerHash.finish(hash, basis)
  }

  /// Whether `symmetricHash` looks at ports of an IP packet.
  public func hasSymmetricPorts(withUDP: Bool) -> Bool {
    guard ipFrag & IPFragment.any == 0 else { return false }
    return ipProto == IPProtocol.tcp || ipProto == IPProtocol.sctp
      || (withUDP && ipProto == IPProtocol.udp)
  }

  func symmetricLinkHash(basis: UInt32, innerVLAN: UInt16) -> UInt32 {
    let vlan = (vlanTCI ^ innerVLAN) & 0xfff
    let addresses = ethSrc.value ^ ethDst.value
    var hash = IntegerHash.add(
      basis, UInt32(ethType.byteSwapped) | UInt32(vlan.byteSwapped) &<< 16)
    hash = IntegerHash.add(hash, UInt32(truncatingIfNeeded: addresses &>> 16).byteSwapped)
    hash = IntegerHash.add(hash, UInt32(UInt16(truncatingIfNeeded: addresses).byteSwapped))
    return IntegerHash.finish(hash, basis)
  }

  /// Both ports as they lie in memory, the source's first.
  var portWord: UInt32 { UInt32(truncatingIfNeeded: w3 &>> 32) }
}
