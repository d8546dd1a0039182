import Fields

extension MatchText {
  /// `match` as OVS prints it, with the priority in front unless it is the default one. Empty when
  /// everything matches.
  public static func format(
    _ match: Match, priority: UInt16 = FlowMod.defaultPriority,
    options: TunnelOptionTable? = nil
  ) -> String {
    var formatter = MatchFormatter(match, options)
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
  let options: TunnelOptionTable?
  var items: [String] = []

  init(_ match: Match, _ options: TunnelOptionTable?) {
    self.match = match
    self.options = options
    key = match.key
    mask = match.keyMask
  }

  private var networkType: UInt16 { match.networkType }
  private var isIPv6: Bool { networkType == EtherType.ipv6 }

  mutating func run() {
    state()
    connection()
    // What is only said of a packet after it was looked up a second time, or of a megaflow.
    let saysEthernet = mask.recircID != 0
    if match.mask(of: .packetType) != 0 && (!match.isEthernet || saysEthernet) {
      items.append(
        PacketTypeText.format(match.packetType, mask: UInt32(match.mask(of: .packetType))))
    }
    let (typeSaid, protoSaid) = protocolWord()
    for register in MatchField.registers { hexadecimal(register) }
    tunnel()
    hexadecimal(.metadata)
    if mask.inPort != 0 { items.append("in_port=" + OpenFlowPort.text(key.inPort)) }
    vlans()
    address("dl_src", .ethSrc)
    address("dl_dst", .ethDst)
    if !typeSaid && mask.ethType != 0 { items.append("dl_type=" + hex4(networkType)) }
    network()
    if !protoSaid && mask.ipProto != 0 {
      items.append((match.isARP ? "arp_op=" : "nw_proto=") + String(key.ipProto))
    }
    if match.isARP {
      address("arp_sha", .arpSHA)
      address("arp_tha", .arpTHA)
    }
    ipBytes()
    mpls()
    if mask.ipFrag & 3 != 0 {
      items.append("nw_frag=" + FragmentText.format(key.ipFrag, mask: mask.ipFrag & 3))
    }
    transport()
  }

  /// What is known of the packet besides its headers.
  private mutating func state() {
    hexadecimal(.pktMark)
    hexadecimal(.recircID)
    hexadecimal(.dpHash)
    if match.mask(of: .conjID) != 0 {
      items.append("conj_id=\(match.value(of: .conjID))")
    }
    if match.mask(of: .skbPriority) != 0 {
      items.append("skb_priority=" + Number.hex(match.value(of: .skbPriority)))
    }
    if match.mask(of: .actsetOutput) != 0 {
      let port = UInt16(truncatingIfNeeded: match.value(of: .actsetOutput))
      items.append("actset_output=" + OpenFlowPort.text(port))
    }
  }

  private mutating func connection() {
    let state = UInt32(truncatingIfNeeded: match.value(of: .ctState))
    let stateMask = UInt32(truncatingIfNeeded: match.mask(of: .ctState))
    if stateMask != 0 {
      items.append("ct_state=" + FlagsText.connection.format(state, mask: stateMask, full: 0xff))
    }
    decimal("ct_zone", .ctZone, digits: 1)
    hexadecimal(.ctMark)
    hexadecimal(.ctLabel)
    address("ct_nw_src", .ctNWSrc)
    address("ct_ipv6_src", .ctIPv6Src)
    address("ct_nw_dst", .ctNWDst)
    address("ct_ipv6_dst", .ctIPv6Dst)
    guard match.mask(of: .ctNWProto) != 0 else { return }
    items.append("ct_nw_proto=\(match.value(of: .ctNWProto))")
    decimal("ct_tp_src", .ctTPSrc, digits: 1)
    decimal("ct_tp_dst", .ctTPDst, digits: 1)
  }

  /// Says Ethernet type and IP protocol in one word where there is one.
  private mutating func protocolWord() -> (typeSaid: Bool, protoSaid: Bool) {
    guard mask.ethType != 0 else { return (false, false) }
    if match.isIP && mask.ipProto != 0,
      let both = MatchText.protocols.first(where: {
        $0.ethType == networkType && $0.ipProto == key.ipProto
      })
    {
      items.append(both.name)
      return (true, true)
    }
    let word = MatchText.protocols.first { $0.ethType == networkType && $0.ipProto == nil }
    guard let word else { return (false, false) }
    items.append(word.name)
    return (true, false)
  }

  private mutating func tunnel() {
    hexadecimal(.tunnelID)
    address("tun_src", .tunnelSrc)
    address("tun_dst", .tunnelDst)
    address("tun_ipv6_src", .tunnelIPv6Src)
    address("tun_ipv6_dst", .tunnelIPv6Dst)
    decimal("tun_gbp_id", .tunnelGBPID, digits: 1)
    plain("tun_gbp_flags", .tunnelGBPFlags) { Number.hex($0) }
    plain("tun_tos", .tunnelTOS) { String($0, radix: 16) }
    plain("tun_ttl", .tunnelTTL) { String($0) }
    plain("tun_erspan_ver", .tunnelERSPANVersion) { String($0) }
    let version = match.value(of: .tunnelERSPANVersion)
    if version == 1 { plain("tun_erspan_idx", .tunnelERSPANIndex) { Number.hex($0) } }
    if version == 2 {
      plain("tun_erspan_dir", .tunnelERSPANDirection) { String($0) }
      plain("tun_erspan_hwid", .tunnelERSPANHardwareID) { Number.hex($0) }
    }
    plain("gtpu_flags", .tunnelGTPUFlags) { Number.hex($0) }
    plain("gtpu_msgtype", .tunnelGTPUMessageType) { String($0) }
    tunnelFlags()
    for field in match.tunnelOptionFields(options) where match.mentions(field) { option(field) }
  }

  private mutating func tunnelFlags() {
    let place = Flow.Offset.tunnel + TunnelFields.Offset.flags
    let all = UInt32(TunnelFlags.all)
    let flags = UInt32(truncatingIfNeeded: match.value.bytes(place, 2)) & all
    let flagsMask = UInt32(truncatingIfNeeded: match.mask.bytes(place, 2)) & all
    guard flagsMask != 0 else { return }
    items.append("tun_flags=" + FlagsText.tunnel.format(flags, mask: flagsMask, full: all))
  }

  /// An option of a Geneve header: that it is there, or what its value is.
  private mutating func option(_ field: MatchField) {
    guard let index = field.tunnelOption else { return }
    let fieldMask = match.mask.long(field)
    if match.value.tunnel.presentOptions & 1 << UInt64(index & 63) == 0 {
      items.append(field.name + "=NP")
    } else if fieldMask.allSatisfy({ $0 == 0 }) {
      items.append(field.name)
    } else {
      let isExact = fieldMask.allSatisfy { $0 == 0xff }
      items.append(
        field.name + "=" + Number.hex(match.value.long(field))
          + (isExact ? "" : "/" + Number.hex(fieldMask)))
    }
  }

  private mutating func vlans() {
    guard mask.vlanTCI != 0 else { return }
    vlan(key.vlanTCI, mask.vlanTCI, "")
    let inner = Flow.Offset.headers + HeaderFields.Offset.innerVLANTCI
    let innerMask = UInt16(truncatingIfNeeded: match.mask.bytes(inner, 2))
    if innerMask != 0 {
      vlan(UInt16(truncatingIfNeeded: match.value.bytes(inner, 2)), innerMask, "1")
    }
  }

  private mutating func vlan(_ tci: UInt16, _ has: UInt16, _ number: String) {
    let vid = has & 0x0fff
    let pcp = has & 0xe000
    let isPresent = has & tci & vlanPresent != 0
    if isPresent && (vid == 0 || vid == 0x0fff) && (pcp == 0 || pcp == 0xe000) && vid | pcp != 0 {
      if vid != 0 { items.append("dl_vlan\(number)=\(tci & 0x0fff)") }
      if pcp != 0 { items.append("dl_vlan_pcp\(number)=\(tci >> 13)") }
    } else {
      items.append("vlan_tci\(number)=" + hex4(tci) + (has == 0xffff ? "" : "/" + hex4(has)))
    }
  }

  private mutating func network() {
    if isIPv6 {
      address("ipv6_src", .ipv6Src)
      address("ipv6_dst", .ipv6Dst)
      let labelMask = match.mask(of: .ipv6Label)
      if labelMask != 0 {
        let isExact = labelMask == MatchField.ipv6Label.allOnes
        items.append(
          "ipv6_label=0x" + hex(match.value(of: .ipv6Label), digits: 5)
            + (isExact ? "" : "/0x" + hex(labelMask, digits: 5)))
      }
    } else if match.isARP {
      address("arp_spa", .arpSPA)
      address("arp_tpa", .arpTPA)
    } else if networkType == EtherType.nsh {
      nsh()
    } else {
      address("nw_src", .ipv4Src)
      address("nw_dst", .ipv4Dst)
    }
  }

  private mutating func nsh() {
    decimal("nsh_flags", .nshFlags, digits: 2)
    decimal("nsh_ttl", .nshTTL, digits: 2)
    decimal("nsh_mdtype", .nshMDType, digits: 2)
    decimal("nsh_np", .nshNP, digits: 2)
    hexadecimalWithZero("nsh_spi", .nshSPI)
    decimal("nsh_si", .nshSI, digits: 2)
    guard match.mask(of: .nshMDType) == 0xff, match.value(of: .nshMDType) == 1
    else { return }
    for field in MatchField.nshContext { hexadecimalWithZero(field.name, field) }
  }

  private mutating func ipBytes() {
    if mask.ipTOS & 0xfc != 0 { items.append("nw_tos=\(key.ipTOS & 0xfc)") }
    if mask.ipTOS & 0x03 != 0 { items.append("nw_ecn=\(key.ipTOS & 0x03)") }
    if mask.ipTTL != 0 { items.append("nw_ttl=\(key.ipTTL)") }
  }

  private mutating func mpls() {
    for field in [MatchField.mplsLabel, .mplsTC, .mplsTTL, .mplsBOS] {
      plain(field.name, field) { String($0) }
    }
    for index in 1...2 {
      let place = Flow.Offset.headers + HeaderFields.Offset.mplsLSE + 4 * index
      let has = match.mask.bytes(place, 4)
      guard has != 0 else { continue }
      let entry = match.value.bytes(place, 4)
      items.append(
        "mpls_lse\(index)="
          + (has == UInt128(UInt32.max)
            ? String(entry) : "0x\(hex(entry, digits: 8))/0x\(hex(has, digits: 8))"))
    }
  }

  private mutating func transport() {
    let icmp = isIPv6 ? IPProtocol.icmpv6 : IPProtocol.icmp
    guard match.isIP && key.ipProto == icmp else {
      port("tp_src", key.tpSrc, mask.tpSrc, exact: 0xffff)
      port("tp_dst", key.tpDst, mask.tpDst, exact: 0xffff)
      if match.isIP && key.ipProto == IPProtocol.tcp && mask.tcpFlags & 0xfff != 0 {
        items.append(
          "tcp_flags="
            + FlagsText.tcp.format(
              UInt32(key.tcpFlags), mask: UInt32(mask.tcpFlags & 0xfff), full: 0xfff))
      }
      return
    }
    port("icmp_type", key.tpSrc, mask.tpSrc, exact: 0xff)
    port("icmp_code", key.tpDst, mask.tpDst, exact: 0xff)
    guard isIPv6 else { return }
    address("nd_target", .ndTarget)
    address("nd_sll", .ndSLL)
    address("nd_tll", .ndTLL)
    plain("nd_reserved", .ndReserved) { String($0) }
    plain("nd_options_type", .ndOptionsType) { String($0) }
  }

  // MARK: Notations

  /// `name=0x1` or `name=0x1/0xf`; zero has no prefix.
  private mutating func hexadecimal(_ field: MatchField) {
    let has = match.mask(of: field)
    guard has != 0 else { return }
    items.append(
      field.name + "=" + Number.hex(match.value(of: field))
        + (has == field.allOnes ? "" : "/" + Number.hex(has)))
  }

  /// The same, but zero is `0x0`.
  private mutating func hexadecimalWithZero(_ name: String, _ field: MatchField) {
    let has = match.mask(of: field)
    guard has != 0 else { return }
    items.append(
      "\(name)=0x" + hex(match.value(of: field))
        + (has == field.allOnes ? "" : "/0x" + hex(has)))
  }

  /// Decimal when exact, else hexadecimal with so many digits.
  private mutating func decimal(_ name: String, _ field: MatchField, digits: Int) {
    let has = match.mask(of: field)
    guard has != 0 else { return }
    let number = match.value(of: field)
    items.append(
      "\(name)="
        + (has == field.allOnes
          ? String(number) : "0x\(hex(number, digits: digits))/0x\(hex(has, digits: digits))"))
  }

  /// The value alone, whatever the mask.
  private mutating func plain(
    _ name: String, _ field: MatchField, _ format: (UInt128) -> String
  ) {
    guard match.mask(of: field) != 0 else { return }
    items.append(name + "=" + format(match.value(of: field)))
  }

  private mutating func port(_ name: String, _ value: UInt16, _ mask: UInt16, exact: UInt16) {
    guard mask != 0 else { return }
    let isExact = mask & exact == exact
    items.append(
      name + "="
        + (isExact ? String(value) : "0x" + hex(UInt128(value)) + "/0x" + hex(UInt128(mask))))
  }

  private mutating func address(_ name: String, _ field: MatchField) {
    let has = match.mask(of: field)
    guard has != 0 else { return }
    items.append(name + "=" + FieldText.format(field, match.value(of: field), mask: has))
  }

}

private func hex(_ value: UInt128, digits: Int = 1) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

private func hex4(_ value: UInt16) -> String { "0x" + hex(UInt128(value), digits: 4) }
