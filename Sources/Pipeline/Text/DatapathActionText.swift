import Datapath
import Fields
import OpenFlow

/// Lists of datapath operations as `dpctl/dump-flows` and `ofproto/trace` write them.
public enum DatapathActionText {
  /// `portName` gives the names that `--names` shows; nil for numbers. `userspace` says what a number
  /// means to the control side. `tagType`: the type of the packet's tag, if that is known.
  public static func format(
    _ actions: [DatapathAction], portName: ((PortNumber) -> String?)? = nil,
    userspace: ((UInt32) -> String?)? = nil, tagType: UInt16 = 0x8100
  ) -> String {
    Names(portName: portName, userspace: userspace, tagTypes: [tagType]).format(actions)
  }

  /// What numbers in a list stand for, and in the lists inside it.
  struct Names {
    let portName: ((PortNumber) -> String?)?
    let userspace: ((UInt32) -> String?)?
    /// The types of the tags that are there, the outermost last: a tag that gets another ID keeps its
    /// type.
    var tagTypes: [UInt16]

    var tagType: UInt16 { tagTypes.last ?? 0x8100 }

    func format(_ list: [DatapathAction]) -> String {
      if list.isEmpty { return "drop" }
      var names = self
      return list.map { action in
        defer { names.follow(action) }
        return DatapathActionText.text(action, names)
      }.joined(separator: ",")
    }

    private mutating func follow(_ action: DatapathAction) {
      switch action {
      case .pushVLAN(let type, _): tagTypes.append(type)
      case .popVLAN: _ = tagTypes.popLast()
      default: break
      }
    }

    /// A tag as it is pushed.
    func push(_ type: UInt16, _ tci: UInt16) -> String {
      let type = type == 0x8100 ? "" : "tpid=\(Number.hex(type)),"
      return "push_vlan(\(type)vid=\(tci & 0xfff),pcp=\(tci >> 13))"
    }
  }

  private static func text(_ action: DatapathAction, _ names: Names) -> String {
    switch action {
    case .output(let port): return names.portName?(port) ?? String(port)
    case .userspace(let number):
      return names.userspace?(number) ?? "userspace(pid=0,userdata(\(number)))"
    case .popVLAN: return "pop_vlan"
    case .recirculate(let id): return "recirc(\(Number.hex(id)))"
    case .pushVLAN(let tpid, let tci): return names.push(tpid, tci)
    case .setEthernet(let set): return "set(\(ethernet(set)))"
    case .setIPv4(let set): return "set(\(ipv4(set)))"
    case .setIPv6(let set): return "set(\(ipv6(set)))"
    case .setARP(let set): return "set(\(arp(set)))"
    case .setPorts(let set): return "set(\(ports(set)))"
    case .meter(let index): return "meter(\(index))"
    default: return more(action, names)
    }
  }

  static func ethernet(_ set: DatapathAction.MaskedEthernet) -> String {
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
    if set.labelMask != 0 {
      item.add(
        "label=\(Number.hex(set.label))"
          + (set.labelMask == 0xfffff ? "" : "/\(Number.hex(set.labelMask))"))
    }
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
