import Datapath
import Fields
import OpenFlow

/// Lists of datapath operations as `dpctl/dump-flows` and `ofproto/trace` write them.
public enum DatapathActionText {
  /// `portName` gives the names that `--names` shows; nil for numbers.
  public static func format(
    _ actions: [DatapathAction], portName: ((PortNumber) -> String?)? = nil
  ) -> String {
    if actions.isEmpty { return "drop" }
    return actions.map { text($0, portName) }.joined(separator: ",")
  }

  private static func text(_ action: DatapathAction, _ portName: ((PortNumber) -> String?)?)
    -> String
  {
    switch action {
    case .output(let port): return portName?(port) ?? String(port)
    case .popVLAN: return "pop_vlan"
    case .pushVLAN(let tpid, let tci):
      let type = tpid == 0x8100 ? "" : "tpid=\(Number.hex(tpid)),"
      return "push_vlan(\(type)vid=\(tci & 0xfff),pcp=\(tci >> 13))"
    case .setEthernet(let set): return "set(\(ethernet(set)))"
    case .setIPv4(let set): return "set(\(ipv4(set)))"
    case .setIPv6(let set): return "set(\(ipv6(set)))"
    case .setARP(let set): return "set(\(arp(set)))"
    case .setPorts(let set): return "set(\(ports(set)))"
    }
  }

  private static func ethernet(_ set: DatapathAction.MaskedEthernet) -> String {
    var item = DatapathItem("eth")
    item.ethernet("src", set.src, set.srcMask)
    item.ethernet("dst", set.dst, set.dstMask)
    return item.text
  }

  private static func ipv4(_ set: DatapathAction.MaskedIPv4) -> String {
    var item = DatapathItem("ipv4")
    item.ipv4("src", set.src, set.srcMask)
    item.ipv4("dst", set.dst, set.dstMask)
    item.hexadecimal("tos", set.tos, set.tosMask)
    item.decimal("ttl", set.ttl, set.ttlMask)
    return item.text
  }

  private static func ipv6(_ set: DatapathAction.MaskedIPv6) -> String {
    var item = DatapathItem("ipv6")
    item.ipv6("src", set.src, set.srcMask)
    item.ipv6("dst", set.dst, set.dstMask)
    item.hexadecimal("tclass", set.tos, set.tosMask)
    item.decimal("hlimit", set.ttl, set.ttlMask)
    return item.text
  }

  private static func arp(_ set: DatapathAction.MaskedARP) -> String {
    var item = DatapathItem("arp")
    item.ipv4("sip", set.spa, set.spaMask)
    item.ipv4("tip", set.tpa, set.tpaMask)
    item.decimal("op", set.op, set.opMask)
    item.ethernet("sha", set.sha, set.shaMask)
    item.ethernet("tha", set.tha, set.thaMask)
    return item.text
  }

  private static func ports(_ set: DatapathAction.MaskedPorts) -> String {
    var item = DatapathItem(IPProtocol.name(set.ipProto))
    item.decimal("src", set.src, set.srcMask)
    item.decimal("dst", set.dst, set.dstMask)
    return item.text
  }
}

extension IPProtocol {
  static func name(_ proto: UInt8) -> String {
    switch proto {
    case udp: "udp"
    case sctp: "sctp"
    default: "tcp"
    }
  }
}
