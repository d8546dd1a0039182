import Datapath
import Fields
import OpenFlow
import Runtime

/// Reading flows in the datapath's notation: what `netdev-dummy/receive`, `ofproto/trace` and
/// `dpctl/add-flow` take.
extension DatapathFlowText {
  /// What a text says: values and, for a megaflow, which bits of them count. An item without a mask
  /// counts wholly, what is not mentioned not at all.
  public struct Parsed: Hashable, Sendable {
    public var flow = Flow()
    public var mask = PipelineMask()
  }

  /// The key alone.
  public static func parse(
    _ text: some StringProtocol, port: (String) -> PortNumber? = { _ in nil }
  ) throws(TextError) -> FlowKey { try parseFlow(text, port: port).flow.key }

  /// `port` gives the number of a port that is written by name.
  public static func parseFlow(
    _ text: some StringProtocol, port: (String) -> PortNumber? = { _ in nil }
  ) throws(TextError) -> Parsed {
    var parser = DatapathFlowParser()
    try parser.items(Substring(text), port)
    return parser.result
  }
}

private struct DatapathFlowParser {
  var result = DatapathFlowText.Parsed()
  /// How deep we are in `encap(...)`. A frame has two tags at most.
  private var depth = 0
  private static let maxDepth = 3
  /// Tags so far. Nothing behind the second one is known.
  private var tags = 0

  mutating func items(
    _ text: Substring, _ port: (String) -> PortNumber?
  ) throws(TextError) {
    guard depth < Self.maxDepth else { throw TextError("syntax error at \(text)") }
    depth += 1
    defer { depth -= 1 }
    var rest = text
    while true {
      rest = rest.drop { ", \t\r\n".contains($0) }
      guard !rest.isEmpty else { return }
      let name = rest.prefix { $0 != "(" && $0 != "," }
      guard let arguments = Self.arguments(rest.dropFirst(name.count)) else {
        throw TextError("syntax error at \(rest)")
      }
      if name == "encap" {
        try items(arguments, port)
      } else if !item(String(name), arguments, port) {
        throw TextError("syntax error at \(rest)")
      }
      rest = rest[arguments.endIndex...].dropFirst()
    }
  }

  /// What stands between the parenthesis that `text` starts with and the one that closes it.
  private static func arguments(_ text: Substring) -> Substring? {
    guard text.first == "(" else { return nil }
    var depth = 0
    for index in text.indices {
      if text[index] == "(" { depth += 1 }
      if text[index] == ")" { depth -= 1 }
      if depth == 0 { return text[text.index(after: text.startIndex)..<index] }
    }
    return nil
  }

  /// Items that are a value alone.
  private static let singles: [String: MatchField] = [
    "skb_priority": .skbPriority, "skb_mark": .pktMark, "recirc_id": .recircID,
    "dp_hash": .dpHash, "ct_zone": .ctZone, "ct_mark": .ctMark, "ct_label": .ctLabel,
  ]

  /// The fields of the others.
  private static let fields: [String: MatchField] = [
    "eth.src": .ethSrc, "eth.dst": .ethDst,
    "ipv4.src": .ipv4Src, "ipv4.dst": .ipv4Dst, "ipv4.proto": .ipProto, "ipv4.ttl": .ipTTL,
    "ipv6.src": .ipv6Src, "ipv6.dst": .ipv6Dst, "ipv6.proto": .ipProto, "ipv6.hlimit": .ipTTL,
    "ipv6.label": .ipv6Label,
    "arp.sip": .arpSPA, "arp.tip": .arpTPA, "arp.op": .arpOp, "arp.sha": .arpSHA,
    "arp.tha": .arpTHA,
    "tcp.src": .tcpSrc, "tcp.dst": .tcpDst, "udp.src": .tcpSrc, "udp.dst": .tcpDst,
    "sctp.src": .tcpSrc, "sctp.dst": .tcpDst,
    "icmp.type": .icmpType, "icmp.code": .icmpCode, "icmpv6.type": .icmpType,
    "icmpv6.code": .icmpCode,
    "nd.target": .ndTarget, "nd.sll": .ndSLL, "nd.tll": .ndTLL,
    "nd_ext.nd_reserved": .ndReserved, "nd_ext.nd_options_type": .ndOptionsType,
    "nsh.flags": .nshFlags, "nsh.ttl": .nshTTL, "nsh.mdtype": .nshMDType, "nsh.np": .nshNP,
    "nsh.spi": .nshSPI, "nsh.si": .nshSI, "nsh.c1": MatchField.nshContext[0],
    "nsh.c2": MatchField.nshContext[1], "nsh.c3": MatchField.nshContext[2],
    "nsh.c4": MatchField.nshContext[3],
    "ct_tuple4.src": .ctNWSrc, "ct_tuple4.dst": .ctNWDst, "ct_tuple4.proto": .ctNWProto,
    "ct_tuple4.tp_src": .ctTPSrc, "ct_tuple4.tp_dst": .ctTPDst,
    "ct_tuple6.src": .ctIPv6Src, "ct_tuple6.dst": .ctIPv6Dst, "ct_tuple6.proto": .ctNWProto,
    "ct_tuple6.tp_src": .ctTPSrc, "ct_tuple6.tp_dst": .ctTPDst,
    "ct_tuple6.src_port": .ctTPSrc, "ct_tuple6.dst_port": .ctTPDst,
    "tunnel.tun_id": .tunnelID, "tunnel.src": .tunnelSrc, "tunnel.dst": .tunnelDst,
    "tunnel.ipv6_src": .tunnelIPv6Src, "tunnel.ipv6_dst": .tunnelIPv6Dst,
    "tunnel.tos": .tunnelTOS, "tunnel.ttl": .tunnelTTL,
  ]

  private static let labelFields: [Substring: MatchField] = [
    "label": .mplsLabel, "tc": .mplsTC, "ttl": .mplsTTL, "bos": .mplsBOS,
  ]

  private mutating func item(
    _ name: String, _ arguments: Substring, _ port: (String) -> PortNumber?
  ) -> Bool {
    if let field = Self.singles[name] { return take(arguments, field) }
    switch name {
    case "in_port": return inPort(arguments, port)
    case "eth_type": return tags > 1 || take(arguments, .ethType)
    case "tcp_flags": return flags(arguments, .tcp, .tcpFlags)
    case "ct_state": return flags(arguments, .connection, .ctState)
    case "ufid": return true
    case "mpls": return labels(arguments)
    case "vlan": return tag(arguments)
    case "tunnel": return tunnel(arguments)
    default: break
    }
    for part in arguments.split(separator: ",") {
      let parts = part.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, take(name, String(parts[0]), parts[1]) else { return false }
    }
    return true
  }

  private mutating func inPort(_ text: Substring, _ port: (String) -> PortNumber?) -> Bool {
    guard let number = PortNumber(text) ?? port(String(text)) else { return false }
    result.flow.key.inPort = number
    result.mask.key.inPort = .max
    return true
  }

  private mutating func take(_ item: String, _ name: String, _ text: Substring) -> Bool {
    if tags > 1 && item != "tunnel" { return true }
    if let field = Self.fields[item + "." + name] { return take(text, field) }
    switch (item, name) {
    case ("ipv4", "tos"), ("ipv6", "tclass"): return wholeTOS(text)
    case ("ipv4", "frag"), ("ipv6", "frag"): return fragment(text)
    case ("packet_type", "ns"): return packetType(text, shift: 16)
    case ("packet_type", "id"): return packetType(text, shift: 0)
    default: return false
    }
  }

  // MARK: Values

  /// `VALUE` or `VALUE/MASK` in the field's notation.
  private mutating func take(_ text: Substring, _ field: MatchField) -> Bool {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let value = Self.number(parts[0], field) else { return false }
    guard let mask = parts.count > 1 ? Self.number(parts[1], field) : field.allOnes else {
      return false
    }
    field.store(value, mask: field.allOnes, in: &result.flow)
    field.store(mask, mask: field.allOnes, in: &result.mask)
    return true
  }

  private static func number(_ text: Substring, _ field: MatchField) -> UInt128? {
    switch field.format {
    case .ethernet: return EthernetAddress(text).map { UInt128($0.value) }
    case .ipv4: return IPv4Text.parse(text).map { UInt128($0) }
    case .ipv6: return IPv6Text.parse(text)
    default:
      guard let number = Number.parse(text, max: MatchField.ones(field.wireBytes)) else {
        return nil
      }
      return number & field.allOnes
    }
  }

  /// DSCP and ECN together.
  private mutating func wholeTOS(_ text: Substring) -> Bool {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let value = Number.parse(parts[0], max: 0xff),
      let mask = parts.count > 1 ? Number.parse(parts[1], max: 0xff) : 0xff
    else { return false }
    result.flow.key.ipTOS = UInt8(value)
    result.mask.key.ipTOS = UInt8(mask)
    return true
  }

  private mutating func fragment(_ text: Substring) -> Bool {
    switch text.prefix(while: { $0 != "/" }) {
    case "no": result.flow.key.ipFrag = 0
    case "first": result.flow.key.ipFrag = IPFragment.any
    case "later": result.flow.key.ipFrag = IPFragment.any | IPFragment.later
    default: return false
    }
    result.mask.key.ipFrag = IPFragment.any | IPFragment.later
    return true
  }

  private mutating func packetType(_ text: Substring, shift: UInt128) -> Bool {
    let digits = text.prefix { $0 != "/" }
    guard let number = Number.parse(digits, max: 0xffff) else { return false }
    let field = MatchField.packetType
    field.store(number << shift, mask: 0xffff << shift, in: &result.flow)
    field.store(.max, mask: 0xffff << shift, in: &result.mask)
    return true
  }

  private mutating func flags(
    _ text: Substring, _ names: FlagsText, _ field: MatchField
  ) -> Bool {
    guard let (value, mask) = try? names.parse(text) else { return false }
    field.store(UInt128(value), mask: field.allOnes, in: &result.flow)
    field.store(UInt128(mask), mask: field.allOnes, in: &result.mask)
    return true
  }

  // MARK: Headers that repeat

  private mutating func tag(_ arguments: Substring) -> Bool {
    var (tci, mask) = (vlanPresent, vlanPresent)
    for part in arguments.split(separator: ",") {
      let parts = part.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { return false }
      let numbers = parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard let value = Number.parse(numbers[0], max: 0xffff),
        let has = numbers.count > 1 ? Number.parse(numbers[1], max: 0xffff) : 0xffff
      else { return false }
      switch parts[0] {
      case "vid":
        tci |= UInt16(value) & 0xfff
        mask |= UInt16(has) & 0xfff
      case "pcp":
        tci |= (UInt16(value) & 7) << 13
        mask |= (UInt16(has) & 7) << 13
      case "cfi", "tpid": break
      default: return false
      }
    }
    setTag(tci, mask)
    return true
  }

  private mutating func setTag(_ tci: UInt16, _ mask: UInt16) {
    let headers = Flow.Offset.headers
    let type = UInt128(result.flow.key.ethType == 0 ? 0x8100 : result.flow.key.ethType)
    tags += 1
    if tags == 1 {
      result.flow.key.vlanTCI = tci
      result.mask.key.vlanTCI = mask
      result.flow.setBytes(headers + HeaderFields.Offset.vlanTPID, 2, type)
      result.flow.key.ethType = 0
    } else {
      result.flow.setBytes(headers + HeaderFields.Offset.innerVLANTPID, 2, type)
      result.flow.setBytes(headers + HeaderFields.Offset.innerVLANTCI, 2, UInt128(tci))
      result.mask.setBytes(headers + HeaderFields.Offset.innerVLANTCI, 2, UInt128(mask))
    }
  }

  /// `label=1,tc=0,ttl=64,bos=0,label=2,...`: every `label` begins an entry of the stack.
  private mutating func labels(_ arguments: Substring) -> Bool {
    var (entry, entryMask) = (Flow(), Flow())
    var count = 0
    let place = Flow.Offset.headers + HeaderFields.Offset.mplsLSE
    for part in arguments.split(separator: ",") {
      let parts = part.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, let field = Self.labelFields[parts[0]] else { return false }
      if field == .mplsLabel {
        (entry, entryMask) = (Flow(), Flow())
        count += 1
      }
      guard (1...3).contains(count) else { return false }
      let numbers = parts[1].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      guard let value = Number.parse(numbers[0], max: field.allOnes) else { return false }
      var has = field.allOnes
      if numbers.count > 1 {
        // OVS writes some of these masks without `0x`.
        let digits = numbers[1].hasPrefix("0x") ? numbers[1] : "0x" + numbers[1]
        guard let mask = Number.parse(digits, max: field.allOnes) else { return false }
        has = mask
      }
      field.store(value, mask: field.allOnes, in: &entry)
      field.store(has, mask: field.allOnes, in: &entryMask)
      result.flow.setBytes(place + 4 * (count - 1), 4, entry.bytes(place, 4))
      result.mask.setBytes(place + 4 * (count - 1), 4, entryMask.bytes(place, 4))
    }
    return true
  }

  /// Fields, and `flags(...)` among them. What else a tunnel may have (options of VXLAN, Geneve, ...)
  /// is passed over.
  private mutating func tunnel(_ arguments: Substring) -> Bool {
    var rest = arguments
    while !rest.isEmpty {
      rest = rest.drop { $0 == "," }
      let name = rest.prefix { $0 != "(" && $0 != "=" && $0 != "," }
      let after = rest.dropFirst(name.count)
      if let inner = Self.arguments(after) {
        if name == "flags" && !tunnelFlags(inner) { return false }
        rest = after[inner.endIndex...].dropFirst()
      } else if after.first == "=" {
        let value = after.dropFirst().prefix { $0 != "," }
        guard name.hasPrefix("tp_") || take("tunnel", String(name), value) else { return false }
        rest = after.dropFirst(1 + value.count)
      } else {
        return rest.isEmpty
      }
    }
    return true
  }

  private mutating func tunnelFlags(_ text: Substring) -> Bool {
    let names: [Substring: UInt16] = [
      "oam": TunnelFlags.oam, "df": TunnelFlags.dontFragment, "csum": TunnelFlags.checksum,
      "key": TunnelFlags.key,
    ]
    var (flags, mask): (UInt16, UInt16) = (0, TunnelFlags.all)
    if text.first == "+" || text.first == "-" {
      mask = 0
      var rest = text
      while let sign = rest.popFirst() {
        let name = rest.prefix { $0 != "+" && $0 != "-" }
        guard let flag = names[name] else { return false }
        if sign == "+" { flags |= flag }
        mask |= flag
        rest = rest.dropFirst(name.count)
      }
    } else {
      for name in text.split(separator: "|") where name != "0" {
        guard let flag = names[name] else { return false }
        flags |= flag
      }
    }
    let place = Flow.Offset.tunnel + TunnelFields.Offset.flags
    result.flow.setBytes(place, 2, UInt128(flags))
    result.mask.setBytes(place, 2, UInt128(mask))
    return true
  }
}
