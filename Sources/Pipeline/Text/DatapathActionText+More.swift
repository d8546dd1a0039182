import Datapath
import Fields
import OpenFlow

/// Operations that few flows have.
extension DatapathActionText {
  static func more(_ action: DatapathAction, _ names: Names) -> String {
    switch action {
    case .setVLAN(let tci): return "pop_vlan," + names.push(names.tagType, tci)
    case .setICMP(let set): return "set(\(icmp(set)))"
    case .setND(let set): return "set(\(nd(set)))"
    case .pushMPLS(let type, let lse): return "push_mpls(\(label(lse)),eth_type=\(hex(type)))"
    case .addMPLS(let type, let lse): return "add_mpls(\(label(lse)),eth_type=\(hex(type)))"
    case .popMPLS(let type): return "pop_mpls(eth_type=\(hex(type)))"
    case .setMPLS(let lse, let mask): return "set(mpls(\(label(lse, mask))))"
    case .pushEthernet(let src, let dst, _): return "push_eth(src=\(src),dst=\(dst))"
    case .popEthernet: return "pop_eth"
    case .pushNSH(let header): return "push_nsh(\(serviceHeader(header)))"
    case .popNSH: return "pop_nsh()"
    case .setNSH(let set): return "set(\(serviceHeader(set)))"
    case .setSKBPriority(let value): return "set(skb_priority(\(Number.hex(value))))"
    case .setPacketMark(let value): return "set(skb_mark(\(Number.hex(value))))"
    case .truncate(let length): return "trunc(\(length))"
    case .hash(let algorithm, let basis):
      return "hash(\(algorithm == 0 ? "l4" : "sym_l4")(\(basis)))"
    case .clone(let list): return "clone(\(names.format(list)))"
    case .sample(let probability, let list):
      return "sample(sample=\(percentage(probability))%,actions(\(names.format(list))))"
    case .checkPacketLength(let length, let greater, let lessOrEqual):
      return "check_pkt_len(size=\(length),gt(\(names.format(greater))),"
        + "le(\(names.format(lessOrEqual))))"
    default: return "unsupported"
    }
  }

  private static func hex(_ value: some BinaryInteger) -> String {
    "0x" + String(value, radix: 16)
  }

  /// One digit behind the point.
  private static func percentage(_ probability: UInt32) -> String {
    let tenths = (UInt64(probability) * 1000 + UInt64(UInt32.max) / 2) / UInt64(UInt32.max)
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func label(_ lse: UInt32) -> String {
    "label=\(lse >> 12),tc=\(lse >> 9 & 7),ttl=\(lse & 0xff),bos=\(lse >> 8 & 1)"
  }

  private static func label(_ lse: UInt32, _ mask: UInt32) -> String {
    if mask == .max { return label(lse) }
    return "label=\(lse >> 12)/\(hex(mask >> 12)),tc=\(lse >> 9 & 7)/\(mask >> 9 & 7),"
      + "ttl=\(lse & 0xff)/\(hex(mask & 0xff)),bos=\(lse >> 8 & 1)/\(mask >> 8 & 1)"
  }

  private static func icmp(_ set: DatapathAction.MaskedICMP) -> String {
    var item = DatapathItem(set.isIPv6 ? "icmpv6" : "icmp")
    item.decimal("type", set.type, set.typeMask)
    item.decimal("code", set.code, set.codeMask)
    return item.text
  }

  private static func nd(_ set: DatapathAction.MaskedND) -> String {
    var items: [String] = []
    if set.targetMask != 0 || set.sllMask != .zero || set.tllMask != .zero {
      var item = DatapathItem("nd")
      item.ipv6("target", set.target, set.targetMask)
      item.ethernet("sll", set.sll, set.sllMask)
      item.ethernet("tll", set.tll, set.tllMask)
      items.append(item.text)
    }
    if set.reservedMask != 0 || set.optionsTypeMask != 0 {
      var item = DatapathItem("nd_ext")
      item.hexadecimal("nd_reserved", set.reserved, set.reservedMask)
      item.decimal("nd_options_type", set.optionsType, set.optionsTypeMask)
      items.append(item.text)
    }
    return items.joined(separator: "),set(")
  }

  private static func serviceHeader(_ bytes: [UInt8]) -> String {
    guard bytes.count >= 8 else { return "<error>" }
    let first = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
    func long(_ at: Int) -> UInt32 { bytes[at..<at + 4].reduce(0) { $0 << 8 | UInt32($1) } }
    var text = "flags=\(first >> 12 & 3),ttl=\(first >> 6 & 0x3f),mdtype=\(bytes[2] & 0x0f),"
    text += "np=\(bytes[3]),spi=\(hex(long(4) >> 8)),si=\(bytes[7])"
    if bytes[2] & 0x0f == 1, bytes.count == 24 {
      for i in 0..<4 { text += ",c\(i + 1)=\(hex(long(8 + 4 * i)))" }
    } else {
      text += ",md2=0x" + bytes[8...].map { DatapathFlowText.hex4(UInt16($0)).suffix(2) }.joined()
    }
    return text
  }

  private static func serviceHeader(_ set: DatapathAction.MaskedNSH) -> String {
    var item = DatapathItem("nsh")
    item.decimal("flags", set.flags, set.flagsMask)
    item.decimal("ttl", set.ttl, set.ttlMask == 0x3f ? .max : set.ttlMask)
    item.hexadecimal(
      "spi", set.path >> 8, set.pathMask >> 8 == 0xff_ffff ? .max : set.pathMask >> 8)
    item.decimal("si", UInt8(set.path & 0xff), UInt8(set.pathMask & 0xff))
    for i in 0..<4 { item.hexadecimal("c\(i + 1)", set.context[i], set.contextMask[i]) }
    return item.text
  }
}
