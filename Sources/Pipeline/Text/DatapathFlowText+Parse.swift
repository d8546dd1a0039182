import Datapath
import Fields
import OpenFlow
import Runtime

/// Reading a packet's key in the datapath's notation: what `netdev-dummy/receive` and `ofproto/trace`
/// take. Masks behind values are passed over, and so is metadata that our keys do not have.
extension DatapathFlowText {
  /// `port` gives the number of a port that is written by name.
  public static func parse(
    _ text: some StringProtocol, port: (String) -> PortNumber? = { _ in nil }
  ) throws(TextError) -> FlowKey {
    var parser = Parser()
    try parser.items(Substring(text), port)
    return parser.key
  }

  private struct Parser {
    var key = FlowKey()
    /// How deep we are in `encap(...)`. A frame has two tags at most.
    private var depth = 0
    private static let maxDepth = 3

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
        } else if try !item(String(name), arguments, port) {
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

    private mutating func item(
      _ name: String, _ arguments: Substring, _ port: (String) -> PortNumber?
    ) throws(TextError) -> Bool {
      switch name {
      case "in_port": return inPort(arguments, port)
      case "eth_type": return number(arguments) { $0.ethType = $1 }
      case "recirc_id": return number(arguments) { $0.recircID = $1 }
      case "tcp_flags": return number(arguments) { $0.tcpFlags = $1 & 0xfff }
      case "packet_type", "skb_priority", "skb_mark", "dp_hash", "ct_state", "ct_zone", "ct_mark",
        "ct_label", "ct_tuple4", "ct_tuple6", "ufid":
        return true
      default: break
      }
      for field in arguments.split(separator: ",") {
        let parts = field.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return false }
        let value = parts[1].prefix { $0 != "/" }
        guard take(name, String(parts[0]), value) else { return false }
      }
      return true
    }

    private mutating func inPort(_ text: Substring, _ port: (String) -> PortNumber?) -> Bool {
      guard let number = PortNumber(text) ?? port(String(text)) else { return false }
      key.inPort = number
      return true
    }

    private mutating func take(_ item: String, _ field: String, _ value: Substring) -> Bool {
      switch (item, field) {
      case ("eth", "src"): return ethernet(value) { $0.ethSrc = $1 }
      case ("eth", "dst"): return ethernet(value) { $0.ethDst = $1 }
      case ("vlan", "vid"):
        return number(value) { $0.vlanTCI = $0.vlanTCI & 0xe000 | vlanPresent | $1 & 0xfff }
      case ("vlan", "pcp"):
        return number(value) {
          $0.vlanTCI = $0.vlanTCI & 0xfff | vlanPresent | ($1 & UInt16(7)) << 13
        }
      case ("vlan", "cfi"), ("vlan", "tpid"), ("ipv6", "label"): return true
      case ("ipv4", "src"), ("arp", "sip"): return ipv4(value) { $0.ipv4Src = $1 }
      case ("ipv4", "dst"), ("arp", "tip"): return ipv4(value) { $0.ipv4Dst = $1 }
      case ("ipv6", "src"): return ipv6(value) { $0.ipv6Src = $1 }
      case ("ipv6", "dst"): return ipv6(value) { $0.ipv6Dst = $1 }
      case ("ipv4", "proto"), ("ipv6", "proto"), ("arp", "op"):
        return number(value) { $0.ipProto = $1 }
      case ("ipv4", "tos"), ("ipv6", "tclass"): return number(value) { $0.ipTOS = $1 }
      case ("ipv4", "ttl"), ("ipv6", "hlimit"): return number(value) { $0.ipTTL = $1 }
      case ("ipv4", "frag"), ("ipv6", "frag"): return fragment(value)
      case ("arp", "sha"): return ethernet(value) { $0.arpSHA = $1 }
      case ("arp", "tha"): return ethernet(value) { $0.arpTHA = $1 }
      case ("tcp", "src"), ("udp", "src"), ("sctp", "src"), ("icmp", "type"), ("icmpv6", "type"):
        return number(value) { $0.tpSrc = $1 }
      case ("tcp", "dst"), ("udp", "dst"), ("sctp", "dst"), ("icmp", "code"), ("icmpv6", "code"):
        return number(value) { $0.tpDst = $1 }
      default: return false
      }
    }

    private mutating func fragment(_ text: Substring) -> Bool {
      switch text {
      case "no": key.ipFrag = 0
      case "first": key.ipFrag = IPFragment.any
      case "later": key.ipFrag = IPFragment.any | IPFragment.later
      default: return false
      }
      return true
    }

    private mutating func number<T: FixedWidthInteger>(
      _ text: Substring, _ set: (inout FlowKey, T) -> Void
    ) -> Bool {
      let digits = text.prefix { $0 != "/" }
      guard let value = Number.parse(digits, max: UInt128(T.max)) else { return false }
      set(&key, T(value))
      return true
    }

    private mutating func ethernet(
      _ text: Substring, _ set: (inout FlowKey, EthernetAddress) -> Void
    ) -> Bool {
      guard let address = EthernetAddress(text) else { return false }
      set(&key, address)
      return true
    }

    private mutating func ipv4(_ text: Substring, _ set: (inout FlowKey, UInt32) -> Void) -> Bool {
      guard let address = IPv4Text.parse(text) else { return false }
      set(&key, address)
      return true
    }

    private mutating func ipv6(_ text: Substring, _ set: (inout FlowKey, UInt128) -> Void) -> Bool {
      guard let address = IPv6Text.parse(text) else { return false }
      set(&key, address)
      return true
    }
  }
}
