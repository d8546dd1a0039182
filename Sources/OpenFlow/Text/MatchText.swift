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

  /// Parses what is said of one packet. Unlike a match's, its items have an order: what a field needs
  /// must stand before it.
  public static func parseFlow(
    _ text: some StringProtocol, _ context: TextContext = TextContext()
  ) throws(FlowTextError) -> Match {
    var builder = MatchTextBuilder(context)
    for (key, value) in KeyValueText(text) {
      if let field = MatchFieldCatalog.field(named: key),
        !field.prerequisite.isMet(byPacket: builder.finish())
      {
        throw FlowTextError("prerequisites not met for setting \(key)")
      }
      guard try builder.take(key, value) else { throw FlowTextError("unknown keyword \(key)") }
    }
    return builder.finish()
  }
}

extension MatchField.Prerequisite {
  /// As for a match, but ICMP's fields may also be said of a later fragment.
  fileprivate func isMet(byPacket match: Match) -> Bool {
    guard self == .icmp || self == .icmpv6 else { return isMet(by: match) }
    var whole = match
    whole.set(.ipFrag, 0, mask: 0)
    return isMet(by: whole)
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
    if key.contains("[") { return try takePart(key[...], value) }
    guard let field = MatchFieldCatalog.field(named: key) else { return false }
    if field.tunnelOption != nil { return try takeOption(field, value) }
    let text = value.isEmpty ? "0/0" : value
    let condition = try FieldText.parse(text[...], for: field, context)
    guard condition.mask == 0 || accepts(condition.value, field) else {
      throw FlowTextError("\(value): invalid value for field \(field.name)")
    }
    if [.none, .ethernet].contains(field.prerequisite) || field == .vlanPCP {
      match.setWire(field, condition.value, mask: condition.mask)
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

  /// `FIELD[BITS]=VALUE`: some bits of a field.
  private mutating func takePart(_ key: Substring, _ value: String) throws(FlowTextError) -> Bool {
    let part = try Subfield.parse(key)
    guard let number = Number.parse(value, max: .max) else {
      throw FlowTextError("\(key): cannot parse integer value: \(value)")
    }
    guard number & ~part.allOnes == 0 else {
      throw FlowTextError(
        "\(key): value \(FieldText.format(part.field, number)) does not fit into \(part.bits) bits")
    }
    let old = (value: match.value(of: part.field), mask: match.mask(of: part.field))
    match.set(
      part.field, old.value & ~part.fieldMask | number << UInt128(part.offset),
      mask: old.mask | part.fieldMask)
    return true
  }

  /// `tun_metadata0`, `tun_metadata0=0x1/0xff`.
  private mutating func takeOption(
    _ unmapped: MatchField, _ value: String
  ) throws(FlowTextError) -> Bool {
    let mapped = unmapped.tunnelOption.flatMap { context.tunnelOptions?.field($0) }
    guard let field = mapped else {
      throw FlowTextError("\(value): Allocation not possible for \(unmapped.name)")
    }
    guard !value.isEmpty else {
      match.setTunnelOption(
        field, [UInt8](repeating: 0, count: field.bytes),
        mask: [UInt8](repeating: 0, count: field.bytes))
      return true
    }
    let parts = value.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    let numbers = try parts.map { part throws(FlowTextError) in
      guard let bytes = Number.bytes(part, count: field.bytes) else {
        throw FlowTextError("\(value): bad syntax for \(field.name) value")
      }
      return bytes
    }
    match.setTunnelOption(field, numbers[0], mask: numbers.count > 1 ? numbers[1] : nil)
    return true
  }

  /// The match, fields that others depend on first.
  mutating func finish() -> Match {
    let order = waiting.sorted { Self.order[$0.field] ?? 0 < Self.order[$1.field] ?? 0 }
    for (field, condition) in order where placeIsMet(field) {
      match.setWire(field, condition.value, mask: condition.mask)
    }
    match.normalize()
    return match
  }

  /// Places in the catalog, where fields come after those that they need; the protocol before the
  /// addresses does no harm.
  private static let order: [MatchField: Int] = {
    var order: [MatchField: Int] = [:]
    for (index, field) in MatchFieldCatalog.all.enumerated() { order[field] = index }
    return order
  }()

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
