import Fields
import Glibc
import Runtime

/// Reads a flow in the datapath's syntax, as `dpctl/dump-flows` prints it without masks:
/// `in_port(1),eth(src=..,dst=..),eth_type(0x0800),ipv4(src=..,..),tcp(src=1,dst=2)`.
///
/// What has no place in a frame (in_port, marks, connection state) is read over. Errors are OVS's:
/// `syntax error at` and the rest of the text from the attribute that cannot be read.
struct FlowText {
  private var fields = FrameFields()
  private var seen: Set<Substring> = []
  private let whole: String

  static func parse(_ text: String) throws -> FrameFields {
    var reader = FlowText(whole: text)
    try reader.readAll(text[...], depth: 0)
    return reader.fields
  }

  private init(whole: String) { self.whole = whole }

  private mutating func readAll(_ text: Substring, depth: Int) throws {
    var rest = text
    while true {
      rest = rest.drop { ", \t\r\n".contains($0) }
      guard !rest.isEmpty else { return }
      guard depth < 4, let open = rest.firstIndex(of: "("),
        let close = FlowText.closing(rest, from: open)
      else { throw FlowText.syntaxError(rest) }
      let name = rest[..<open]
      let body = rest[rest.index(after: open)..<close]
      if name == "encap" {
        // The inner eth_type and what follows is a level of its own.
        seen = []
        try readAll(body, depth: depth + 1)
      } else {
        guard try read(name, body) else { throw FlowText.syntaxError(rest) }
      }
      rest = rest[rest.index(after: close)...]
    }
  }

  private static func syntaxError(_ rest: Substring) -> TextError {
    TextError("syntax error at \(rest)")
  }

  private static func closing(_ text: Substring, from open: Substring.Index) -> Substring.Index? {
    var depth = 0
    for i in text[open...].indices {
      if text[i] == "(" { depth += 1 }
      if text[i] == ")" {
        depth -= 1
        if depth == 0 { return i }
      }
    }
    return nil
  }

  private mutating func read(_ name: Substring, _ body: Substring) throws -> Bool {
    if name == "eth_type" { return try readEtherType(body) }
    guard let arguments = Arguments(body) else { return false }
    guard let known = readHeader(name, arguments) else {
      return FlowText.isMetadata(name)
        && (name != "in_port" || Arguments.number(body, max: .max) != nil)
    }
    guard seen.insert(name).inserted else {
      throw TextError(
        "duplicate \(name) attribute in flow key; the flow key in error is: \(whole)")
    }
    return known
  }

  private mutating func readEtherType(_ body: Substring) throws -> Bool {
    guard let type = Arguments.number(body, max: 0xffff) else { return false }
    guard seen.insert("eth_type").inserted else {
      throw TextError(
        "duplicate eth_type attribute in flow key; the flow key in error is: \(whole)")
    }
    guard type >= 0x600 else {
      throw TextError("invalid Ethertype \(type) in flow key; the flow key in error is: \(whole)")
    }
    fields.key.ethType = UInt16(type)
    return true
  }

  private static func isMetadata(_ name: Substring) -> Bool {
    [
      "recirc_id", "dp_hash", "skb_priority", "skb_mark", "in_port", "ct_state", "ct_zone",
      "ct_mark", "ct_label", "packet_type", "tunnel",
    ].contains(name)
  }

  /// Whether the header's arguments are right; nil when it is no header.
  private mutating func readHeader(_ name: Substring, _ a: Arguments) -> Bool? {
    switch name {
    case "eth": a.take(&fields, ["src": Self.ethSrc, "dst": Self.ethDst])
    case "vlan": readVLAN(a)
    case "ipv4": a.take(&fields, Self.ipv4)
    case "ipv6": a.take(&fields, Self.ipv6)
    case "arp": a.take(&fields, Self.arp)
    case "tcp", "udp", "sctp": a.take(&fields, ["src": Self.tpSrc, "dst": Self.tpDst])
    case "icmp", "icmpv6": a.take(&fields, ["type": Self.icmpType, "code": Self.icmpCode])
    case "tcp_flags": readTCPFlags(a)
    case "nd": readNeighbor(a)
    case "mpls": readMPLS(a)
    default: nil
    }
  }

  private mutating func readVLAN(_ a: Arguments) -> Bool {
    guard let vid = a.number("vid", max: 0xfff), let pcp = a.number("pcp", max: 7) else {
      return false
    }
    let type = fields.key.ethType == 0x88a8 ? fields.key.ethType : 0x8100
    fields.tags.append(FrameFields.Tag(type: type, value: UInt16(pcp) << 13 | UInt16(vid)))
    fields.key.ethType = 0
    return true
  }

  private mutating func readMPLS(_ a: Arguments) -> Bool {
    guard let label = a.number("label", max: 0xfffff), let tc = a.number("tc", max: 7),
      let ttl = a.number("ttl", max: 255), let bottom = a.number("bos", max: 1)
    else { return false }
    fields.mpls = UInt32(label) << 12 | UInt32(tc) << 9 | UInt32(bottom) << 8 | UInt32(ttl)
    return true
  }

  private mutating func readNeighbor(_ a: Arguments) -> Bool {
    var n = FrameFields.NeighborDiscovery()
    for (key, value) in a.pairs {
      switch key {
      case "target":
        guard let address = Arguments.ipv6(value) else { return false }
        n.target = address
      case "sll", "tll":
        guard let address = EthernetAddress(value) else { return false }
        if key == "sll" { n.sourceLink = address } else { n.targetLink = address }
      default: return false
      }
    }
    fields.neighbor = n
    return true
  }

  /// A number, or names with `|` between them.
  private mutating func readTCPFlags(_ a: Arguments) -> Bool {
    if let number = Arguments.number(a.body, max: 0xfff) {
      fields.key.tcpFlags = UInt16(number)
      return true
    }
    let names: [Substring] = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"]
    var flags: UInt16 = 0
    for name in a.body.split(separator: "|", omittingEmptySubsequences: false) {
      guard let bit = names.firstIndex(of: name) else { return false }
      flags |= 1 << UInt16(bit)
    }
    fields.key.tcpFlags = flags
    return true
  }
}

// MARK: Arguments of a header

extension FlowText {
  typealias Setter = (inout FrameFields, Substring) -> Bool

  /// A setter of a numeric field of the key.
  private static func number<T: FixedWidthInteger>(
    _ path: WritableKeyPath<FlowKey, T>, max: UInt64 = UInt64(T.max)
  ) -> Setter {
    { fields, text in
      guard let value = Arguments.number(text, max: max) else { return false }
      fields.key[keyPath: path] = T(truncatingIfNeeded: value)
      return true
    }
  }

  private static func address(_ path: WritableKeyPath<FlowKey, EthernetAddress>) -> Setter {
    { fields, text in
      guard let value = EthernetAddress(text) else { return false }
      fields.key[keyPath: path] = value
      return true
    }
  }

  private static func address(_ path: WritableKeyPath<FlowKey, UInt32>) -> Setter {
    { fields, text in
      guard let value = Arguments.ipv4(text) else { return false }
      fields.key[keyPath: path] = value
      return true
    }
  }

  private static func address(_ path: WritableKeyPath<FlowKey, UInt128>) -> Setter {
    { fields, text in
      guard let value = Arguments.ipv6(text) else { return false }
      fields.key[keyPath: path] = value
      return true
    }
  }

  private static func fragment(_ fields: inout FrameFields, _ text: Substring) -> Bool {
    switch text {
    case "no": fields.key.ipFrag = 0
    case "first": fields.key.ipFrag = IPFragment.any
    case "later": fields.key.ipFrag = IPFragment.any | IPFragment.later
    default: return false
    }
    return true
  }

  private static let ethSrc = address(\.ethSrc), ethDst = address(\.ethDst)
  private static let tpSrc = number(\.tpSrc), tpDst = number(\.tpDst)
  private static let icmpType = number(\.tpSrc, max: 255), icmpCode = number(\.tpDst, max: 255)
  private static let ipv4: [Substring: Setter] = [
    "src": address(\.ipv4Src), "dst": address(\.ipv4Dst), "proto": number(\.ipProto),
    "tos": number(\.ipTOS), "ttl": number(\.ipTTL), "frag": fragment,
  ]
  private static let ipv6: [Substring: Setter] = [
    "src": address(\.ipv6Src), "dst": address(\.ipv6Dst), "proto": number(\.ipProto),
    "tclass": number(\.ipTOS), "hlimit": number(\.ipTTL), "frag": fragment,
    "label": { fields, text in
      guard let value = Arguments.number(text, max: 0xfffff) else { return false }
      fields.label = UInt32(value)
      return true
    },
  ]
  private static let arp: [Substring: Setter] = [
    "sip": address(\.ipv4Src), "tip": address(\.ipv4Dst), "op": number(\.ipProto),
    "sha": address(\.arpSHA), "tha": address(\.arpTHA),
  ]

  /// What stands between a header's parentheses.
  struct Arguments {
    let body: Substring
    let pairs: [(Substring, Substring)]

    /// Nil only for arguments that are neither a single value nor all of the form `key=value`.
    init?(_ body: Substring) {
      self.body = body
      var pairs: [(Substring, Substring)] = []
      if body.contains("=") {
        for part in body.split(separator: ",") {
          guard let equals = part.firstIndex(of: "=") else { return nil }
          pairs.append((part[..<equals], part[part.index(after: equals)...]))
        }
      }
      self.pairs = pairs
    }

    /// Gives every argument to its setter; false when one has none or refuses.
    func take(_ fields: inout FrameFields, _ setters: [Substring: Setter]) -> Bool {
      if pairs.isEmpty && !body.isEmpty { return false }
      for (key, value) in pairs {
        guard let setter = setters[key], setter(&fields, value) else { return false }
      }
      return true
    }

    /// A number that may be absent (then zero); nil when it is wrong.
    func number(_ key: Substring, max: UInt64) -> UInt64? {
      guard let pair = pairs.first(where: { $0.0 == key }) else { return 0 }
      return Arguments.number(pair.1, max: max)
    }

    static func number(_ text: Substring, max: UInt64) -> UInt64? {
      let isHex = text.hasPrefix("0x") || text.hasPrefix("0X")
      let digits = isHex ? text.dropFirst(2) : text
      guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-"),
        let value = UInt64(digits, radix: isHex ? 16 : 10), value <= max
      else { return nil }
      return value
    }

    static func ipv4(_ text: Substring) -> UInt32? {
      var address = in_addr()
      guard inet_pton(AF_INET, String(text), &address) == 1 else { return nil }
      return UInt32(bigEndian: address.s_addr)
    }

    static func ipv6(_ text: Substring) -> UInt128? {
      var address = in6_addr()
      guard inet_pton(AF_INET6, String(text), &address) == 1 else { return nil }
      return withUnsafeBytes(of: address) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
    }
  }
}
