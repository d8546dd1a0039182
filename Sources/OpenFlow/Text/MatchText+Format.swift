import Fields

extension MatchText {
  /// `match` as OVS prints it, with the priority in front unless it is the default one. Empty when
  /// everything matches.
  public static func format(
    _ match: Match, priority: UInt16 = FlowMod.defaultPriority
  ) -> String {
    var formatter = MatchFormatter(match)
    if priority != FlowMod.defaultPriority { formatter.items.append("priority=\(priority)") }
    formatter.run()
    return formatter.items.joined(separator: ",")
  }
}

/// Prints a match's items in OVS's order.
private struct MatchFormatter {
  let match: Match
  let key: FlowKey
  let mask: FlowKey
  var items: [String] = []

  init(_ match: Match) {
    self.match = match
    key = match.value.key
    mask = match.mask.key
  }

  private var isARP: Bool { key.ethType == EtherType.arp || key.ethType == EtherType.rarp }
  private var isIPv6: Bool { key.ethType == EtherType.ipv6 }
  private var isIP: Bool { isIPv6 || key.ethType == EtherType.ipv4 }

  mutating func run() {
    integer("recirc_id", key.recircID, mask.recircID)
    let (typeSaid, protoSaid) = protocolWord()
    metadata()
    if mask.inPort != 0 { items.append("in_port=" + OpenFlowPort.text(key.inPort)) }
    vlan()
    ethernet("dl_src", key.ethSrc, mask.ethSrc)
    ethernet("dl_dst", key.ethDst, mask.ethDst)
    if !typeSaid && mask.ethType != 0 { items.append("dl_type=" + hex4(key.ethType)) }
    addresses()
    if !protoSaid && mask.ipProto != 0 {
      items.append((isARP ? "arp_op=" : "nw_proto=") + String(key.ipProto))
    }
    if isARP {
      ethernet("arp_sha", key.arpSHA, mask.arpSHA)
      ethernet("arp_tha", key.arpTHA, mask.arpTHA)
    }
    ipBytes()
    transport()
  }

  /// Says Ethernet type and IP protocol in one word where there is one.
  private mutating func protocolWord() -> (typeSaid: Bool, protoSaid: Bool) {
    guard mask.ethType != 0 else { return (false, false) }
    if isIP && mask.ipProto != 0,
      let both = MatchText.protocols.first(where: {
        $0.ethType == key.ethType && $0.ipProto == key.ipProto
      })
    {
      items.append(both.name)
      return (true, true)
    }
    let word = MatchText.protocols.first { $0.ethType == key.ethType && $0.ipProto == nil }
    guard let word else { return (false, false) }
    items.append(word.name)
    return (true, false)
  }

  private mutating func metadata() {
    for field in MatchField.registers + [.tunnelID, .metadata] {
      let fieldMask = field.value(in: match.mask)
      guard fieldMask != 0 else { continue }
      var text = field.name + "=" + Number.hex(field.value(in: match.value))
      if fieldMask != field.allOnes { text += "/" + Number.hex(fieldMask) }
      items.append(text)
    }
  }

  private mutating func vlan() {
    let tci = key.vlanTCI
    let has = mask.vlanTCI
    guard has != 0 else { return }
    let vid = has & 0x0fff
    let pcp = has & 0xe000
    let isPresent = has & tci & vlanPresent != 0
    if isPresent && (vid == 0 || vid == 0x0fff) && (pcp == 0 || pcp == 0xe000) && vid | pcp != 0 {
      if vid != 0 { items.append("dl_vlan=\(tci & 0x0fff)") }
      if pcp != 0 { items.append("dl_vlan_pcp=\(tci >> 13)") }
    } else {
      items.append("vlan_tci=" + hex4(tci) + (has == 0xffff ? "" : "/" + hex4(has)))
    }
  }

  private mutating func addresses() {
    if isIPv6 {
      ipv6("ipv6_src", key.ipv6Src, mask.ipv6Src)
      ipv6("ipv6_dst", key.ipv6Dst, mask.ipv6Dst)
    } else {
      ipv4(isARP ? "arp_spa" : "nw_src", key.ipv4Src, mask.ipv4Src)
      ipv4(isARP ? "arp_tpa" : "nw_dst", key.ipv4Dst, mask.ipv4Dst)
    }
  }

  private mutating func ipBytes() {
    if mask.ipTOS & 0xfc != 0 { items.append("nw_tos=\(key.ipTOS & 0xfc)") }
    if mask.ipTOS & 0x03 != 0 { items.append("nw_ecn=\(key.ipTOS & 0x03)") }
    if mask.ipTTL != 0 { items.append("nw_ttl=\(key.ipTTL)") }
    if mask.ipFrag != 0 {
      items.append("nw_frag=" + FragmentText.format(key.ipFrag, mask: mask.ipFrag))
    }
  }

  private mutating func transport() {
    let icmp = isIPv6 ? IPProtocol.icmpv6 : IPProtocol.icmp
    if isIP && key.ipProto == icmp {
      port("icmp_type", key.tpSrc, mask.tpSrc, exact: 0xff)
      port("icmp_code", key.tpDst, mask.tpDst, exact: 0xff)
    } else {
      port("tp_src", key.tpSrc, mask.tpSrc, exact: 0xffff)
      port("tp_dst", key.tpDst, mask.tpDst, exact: 0xffff)
    }
    if isIP && key.ipProto == IPProtocol.tcp && mask.tcpFlags != 0 {
      items.append("tcp_flags=" + TCPFlagsText.format(key.tcpFlags, mask: mask.tcpFlags & 0x0fff))
    }
  }

  private mutating func integer(_ name: String, _ value: UInt32, _ mask: UInt32) {
    guard mask != 0 else { return }
    items.append("\(name)=\(Number.hex(value))" + (mask == .max ? "" : "/\(Number.hex(mask))"))
  }

  private mutating func port(_ name: String, _ value: UInt16, _ mask: UInt16, exact: UInt16) {
    guard mask != 0 else { return }
    let isExact = mask & exact == exact
    items.append(
      name + "=" + (isExact ? String(value) : "0x" + hex(value) + "/0x" + hex(mask)))
  }

  private mutating func ethernet(_ name: String, _ value: EthernetAddress, _ mask: EthernetAddress)
  {
    guard mask != .zero else { return }
    items.append("\(name)=\(value)" + (mask == .broadcast ? "" : "/\(mask)"))
  }

  private mutating func ipv4(_ name: String, _ value: UInt32, _ mask: UInt32) {
    guard mask != 0 else { return }
    var text = name + "=" + IPv4Text.format(value)
    if mask != .max {
      let isPrefix = (~mask & (~mask &+ 1)) == 0
      text += "/" + (isPrefix ? String((~mask).leadingZeroBitCount) : IPv4Text.format(mask))
    }
    items.append(text)
  }

  private mutating func ipv6(_ name: String, _ value: UInt128, _ mask: UInt128) {
    guard mask != 0 else { return }
    var text = name + "=" + IPv6Text.format(value)
    if mask != .max {
      let isPrefix = (~mask & (~mask &+ 1)) == 0
      text += "/" + (isPrefix ? String((~mask).leadingZeroBitCount) : IPv6Text.format(mask))
    }
    items.append(text)
  }
}

private func hex(_ value: UInt16) -> String { String(value, radix: 16) }

private func hex4(_ value: UInt16) -> String {
  let digits = hex(value)
  return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
}
