import Fields

/// Matches in flow text: `in_port=1,ip,nw_dst=10.0.0.0/8`.
public enum MatchText {
  /// Words that stand for an Ethernet type and perhaps an IP protocol. The first word for each is
  /// the one that is printed.
  static let protocols: [(name: String, ethType: UInt16, ipProto: UInt8?)] = [
    ("ip", EtherType.ipv4, nil), ("ipv4", EtherType.ipv4, nil), ("ip4", EtherType.ipv4, nil),
    ("arp", EtherType.arp, nil), ("rarp", EtherType.rarp, nil),
    ("icmp", EtherType.ipv4, IPProtocol.icmp), ("tcp", EtherType.ipv4, IPProtocol.tcp),
    ("udp", EtherType.ipv4, IPProtocol.udp), ("sctp", EtherType.ipv4, IPProtocol.sctp),
    ("ipv6", EtherType.ipv6, nil), ("ip6", EtherType.ipv6, nil),
    ("icmp6", EtherType.ipv6, IPProtocol.icmpv6), ("tcp6", EtherType.ipv6, IPProtocol.tcp),
    ("udp6", EtherType.ipv6, IPProtocol.udp), ("sctp6", EtherType.ipv6, IPProtocol.sctp),
    ("mpls", 0x8847, nil), ("mplsm", 0x8848, nil),
  ]

  /// Parses a match. Conditions on headers that the match does not call for mean nothing and are
  /// left out.
  public static func parse(
    _ text: some StringProtocol, _ context: TextContext = TextContext()
  ) throws(FlowTextError) -> Match {
    var builder = MatchTextBuilder(context)
    for (key, value) in KeyValueText(text) {
      guard try builder.take(key, value) else { throw FlowTextError("unknown keyword \(key)") }
    }
    return builder.finish()
  }
}

/// Collects the items of a match. What depends on the Ethernet type waits for the end, because text
/// may have its items in any order and IPv4, IPv6 and ARP share places in a flow.
struct MatchTextBuilder {
  private var match = Match()
  private var waiting: [(field: MatchField, condition: FieldText.Condition)] = []
  private let context: TextContext

  init(_ context: TextContext) { self.context = context }

  /// Takes an item; false when it is no part of a match.
  mutating func take(_ key: String, _ value: String) throws(FlowTextError) -> Bool {
    if let p = MatchText.protocols.first(where: { $0.name == key }) {
      match.set(.ethType, UInt128(p.ethType))
      if let ipProto = p.ipProto { waiting.append((.ipProto, (UInt128(ipProto), 0xff))) }
      return true
    }
    if key == "eth" { return true }
    guard let field = MatchFieldCatalog.field(named: key) else { return false }
    if value.isEmpty { throw FlowTextError("field \(key) missing value") }
    let condition = try FieldText.parse(value[...], for: field, context)
    guard condition.mask == 0 || accepts(condition.value, field) else {
      throw FlowTextError("\(value): invalid value for field \(field.name)")
    }
    if field.prerequisite == .none || field == .vlanPCP {
      set(field, condition)
    } else {
      waiting.append((field, condition))
    }
    return true
  }

  private func accepts(_ value: UInt128, _ field: MatchField) -> Bool {
    // OpenFlow 1.0's "no tag" is wider than an ID.
    field == .dlVLAN
      ? value <= 0x0fff || value == UInt128(Match.noVLAN10) : field.acceptsMatch(value)
  }

  private mutating func set(_ field: MatchField, _ condition: FieldText.Condition) {
    let value16 = UInt16(truncatingIfNeeded: condition.value)
    switch field {
    case .dlVLAN where condition.mask != 0: match.setVLAN10(value16)
    case .dlVLANPCP where condition.mask != 0, .vlanPCP where condition.mask != 0:
      match.setVLANPCP(UInt8(truncatingIfNeeded: condition.value))
    case .vlanVID:
      match.setVLANVID12(value16, mask: UInt16(truncatingIfNeeded: condition.mask))
    case .nwTOS: match.set(field, condition.value, mask: condition.mask & 0xfc)
    default: match.set(field, condition.value, mask: condition.mask & field.allOnes)
    }
  }

  /// The match, fields that others depend on first.
  mutating func finish() -> Match {
    for isEarly in [true, false] {
      for (field, condition) in waiting
      where (field.prerequisite == .ipAny) == isEarly && placeIsMet(field) {
        set(field, condition)
      }
    }
    match.normalize()
    return match
  }

  /// Fields that lie in one place of a flow, whose names text may take for each other: `tp_src` of
  /// UDP, `nw_src` of ARP.
  private static let shared: [Set<MatchField>] = [
    [
      .tcpSrc, .tcpDst, .udpSrc, .udpDst, .sctpSrc, .sctpDst, .icmpType, .icmpCode, .icmpv6Type,
      .icmpv6Code,
    ],
    [.ipv4Src, .ipv4Dst, .arpSPA, .arpTPA],
    [.ipProto, .arpOp],
  ]

  /// Whether the header is there that `field` lies in.
  private func placeIsMet(_ field: MatchField) -> Bool {
    let fields = Self.shared.first { $0.contains(field) } ?? [field]
    return fields.contains { $0.prerequisite.isMet(by: match) }
  }
}
