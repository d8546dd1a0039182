import Datapath
import Fields
import OpenFlow

/// Megaflows in the notation of `dpctl/dump-flows` (ovs-dpctl(8)).
public enum DatapathFlowText {
  /// `key` is the packet's, so that values are whole where the mask has only some bits. Verbose shows
  /// fields that the mask does not have as well.
  public static func format(
    _ key: FlowKey, mask: FlowMask, verbose: Bool = false,
    portName: ((PortNumber) -> String?)? = nil
  ) -> String {
    var formatter = Formatter(key: key, mask: mask, verbose: verbose)
    formatter.metadata(portName)
    formatter.ethernet()
    return formatter.items.joined(separator: ",")
  }

  private struct Formatter {
    let key: FlowKey
    let mask: FlowMask
    let verbose: Bool
    var items: [String] = []

    mutating func metadata(_ portName: ((PortNumber) -> String?)?) {
      if verbose {
        items += [
          "skb_priority(0/0)", "skb_mark(0/0)", "ct_state(0/0)", "ct_zone(0/0)", "ct_mark(0/0)",
          "ct_label(0/0)",
        ]
      }
      items.append("recirc_id(\(Number.hex(key.recircID)))")
      if verbose { items.append("dp_hash(0/0)") }
      items.append("in_port(\(portName?(key.inPort) ?? String(key.inPort)))")
      items.append("packet_type(ns=0,id=0)")
    }

    mutating func ethernet() {
      items += item("eth") {
        $0.ethernet("src", key.ethSrc, mask.ethSrc)
        $0.ethernet("dst", key.ethDst, mask.ethDst)
      }
      guard key.vlanTCI & vlanPresent != 0 else { return network() }
      items.append("eth_type(0x8100)")
      items.append(vlan())
      let outer = items
      items = []
      network()
      items = outer + ["encap(\(items.joined(separator: ",")))"]
    }

    private func vlan() -> String {
      let (vid, vidMask) = (key.vlanTCI & 0xfff, mask.vlanTCI & 0xfff)
      let (pcp, pcpMask) = (key.vlanTCI >> 13, mask.vlanTCI >> 13)
      let vidText = vidMask == 0xfff ? "" : "/0x" + String(vidMask, radix: 16)
      let pcpText = pcpMask == 7 ? "" : "/0x" + String(pcpMask, radix: 16)
      return "vlan(vid=\(vid)\(vidText),pcp=\(pcp)\(pcpText))"
    }

    private mutating func network() {
      items.append("eth_type(0x\(DatapathFlowText.hex4(key.ethType)))")
      switch key.ethType {
      case EtherType.ipv4: ipv4()
      case EtherType.ipv6: ipv6()
      case EtherType.arp, EtherType.rarp: arp()
      default: break
      }
    }

    private mutating func ipv4() {
      items += item("ipv4") {
        $0.ipv4("src", key.ipv4Src, mask.ipv4Src)
        $0.ipv4("dst", key.ipv4Dst, mask.ipv4Dst)
        $0.decimal("proto", key.ipProto, mask.ipProto)
        $0.hexadecimal("tos", key.ipTOS, mask.ipTOS)
        $0.decimal("ttl", key.ipTTL, mask.ipTTL)
        $0.add("frag=\(fragment)")
      }
      transport(icmp: "icmp", IPProtocol.icmp)
    }

    private mutating func ipv6() {
      items += item("ipv6") {
        $0.ipv6("src", key.ipv6Src, mask.ipv6Src)
        $0.ipv6("dst", key.ipv6Dst, mask.ipv6Dst)
        if verbose { $0.add("label=0/0") }
        $0.decimal("proto", key.ipProto, mask.ipProto)
        $0.hexadecimal("tclass", key.ipTOS, mask.ipTOS)
        $0.decimal("hlimit", key.ipTTL, mask.ipTTL)
        $0.add("frag=\(fragment)")
      }
      transport(icmp: "icmpv6", IPProtocol.icmpv6)
    }

    private mutating func arp() {
      items += item("arp") {
        $0.ipv4("sip", key.ipv4Src, mask.ipv4Src)
        $0.ipv4("tip", key.ipv4Dst, mask.ipv4Dst)
        $0.decimal("op", UInt16(key.ipProto), mask.ipProto == .max ? .max : UInt16(mask.ipProto))
        $0.ethernet("sha", key.arpSHA, mask.arpSHA)
        $0.ethernet("tha", key.arpTHA, mask.arpTHA)
      }
    }

    private mutating func transport(icmp: String, _ icmpProto: UInt8) {
      guard key.ipFrag & IPFragment.later == 0 else { return }
      if key.ipProto == icmpProto {
        items += item(icmp) {
          $0.decimal(
            "type", UInt8(truncatingIfNeeded: key.tpSrc), UInt8(truncatingIfNeeded: mask.tpSrc))
          $0.decimal(
            "code", UInt8(truncatingIfNeeded: key.tpDst), UInt8(truncatingIfNeeded: mask.tpDst))
        }
      } else if IPProtocol.hasPorts(key.ipProto) {
        items += item(IPProtocol.name(key.ipProto)) {
          $0.decimal("src", key.tpSrc, mask.tpSrc)
          $0.decimal("dst", key.tpDst, mask.tpDst)
        }
      }
      let flags = mask.tcpFlags & 0xfff
      guard key.ipProto == IPProtocol.tcp, flags != 0 || verbose else { return }
      items.append("tcp_flags(\(TCPFlags.format(key.tcpFlags, mask: flags)))")
    }

    private var fragment: String {
      if key.ipFrag & IPFragment.later != 0 { return "later" }
      return key.ipFrag & IPFragment.any != 0 ? "first" : "no"
    }

    private func item(_ name: String, _ fill: (inout DatapathItem) -> Void) -> [String] {
      var item = DatapathItem(name, verbose: verbose)
      fill(&item)
      return item.isEmpty ? [] : [item.text]
    }
  }

  static func hex4(_ value: UInt16) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

/// TCP flags in datapath texts.
enum TCPFlags {
  private static let names = [
    "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[200]", "[400]", "[800]",
  ]
  private static let letters = ["F", "S", "R", "P", ".", "U", "E", "C", "N"]

  /// `+syn-ack`, or all of them when the mask has all.
  static func format(_ flags: UInt16, mask: UInt16) -> String {
    if mask == 0 { return "0/0" }
    let bits = (0..<12).filter { mask & 1 << $0 != 0 }
    return bits.map { (flags & 1 << $0 != 0 ? "+" : "-") + names[$0] }.joined()
  }

  /// The flags that a flow's packets had: `S.`.
  static func letters(_ flags: UInt16) -> String {
    (0..<12).filter { flags & 1 << $0 != 0 }.map { $0 < 9 ? letters[$0] : names[$0] }.joined()
  }
}
