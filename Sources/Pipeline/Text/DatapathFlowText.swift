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
    format(Flow(key), mask: Flow(mask), verbose: verbose, portName: portName)
  }

  /// The same with all that a packet may have besides its key; `key.inPort` is the datapath's.
  public static func format(
    _ flow: Flow, mask: PipelineMask, verbose: Bool = false,
    portName: ((PortNumber) -> String?)? = nil
  ) -> String {
    var formatter = DatapathFlowFormatter(flow: flow, mask: mask, verbose: verbose)
    formatter.metadata(portName)
    formatter.packet()
    return formatter.items.joined(separator: ",")
  }

  static func hex4(_ value: UInt16) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

/// Collects the items of a datapath flow, in the order of the datapath's attributes.
private struct DatapathFlowFormatter {
  let flow: Flow
  let mask: PipelineMask
  let verbose: Bool
  var items: [String] = []

  private var key: FlowKey { flow.key }
  private var keyMask: FlowMask { mask.key }

  private func value(_ field: MatchField) -> UInt128 { field.value(in: flow) }
  private func mask(_ field: MatchField) -> UInt128 { field.value(in: mask) }

  // MARK: What is not in the packet

  mutating func metadata(_ portName: ((PortNumber) -> String?)?) {
    single("skb_priority", .skbPriority)
    tunnel()
    single("skb_mark", .pktMark)
    connection()
    items.append("recirc_id(\(Number.hex(key.recircID)))")
    single("dp_hash", .dpHash)
    items.append("in_port(\(portName?(key.inPort) ?? String(key.inPort)))")
    let type = value(.packetType)
    items.append("packet_type(ns=\(type >> 16),id=\(Number.hex(type & 0xffff)))")
  }

  /// `name(0x1/0xf)`.
  private mutating func single(_ name: String, _ field: MatchField) {
    guard verbose || mask(field) != 0 else { return }
    let isExact = mask(field) == field.allOnes
    items.append(
      "\(name)(\(Number.hex(value(field)))" + (isExact ? ")" : "/\(Number.hex(mask(field))))"))
  }

  private mutating func connection() {
    let (state, stateMask) = (value(.ctState), mask(.ctState))
    if verbose {
      single("ct_state", .ctState)
    } else if stateMask != 0 {
      let text = FlagsText.connection.format(
        UInt32(truncatingIfNeeded: state), mask: UInt32(truncatingIfNeeded: stateMask), full: .max)
      items.append("ct_state(\(text))")
    }
    single("ct_zone", .ctZone)
    single("ct_mark", .ctMark)
    single("ct_label", .ctLabel)
    guard value(.ctNWProto) != 0 else { return }
    let isIPv6 = key.ethType == EtherType.ipv6
    items += item(isIPv6 ? "ct_tuple6" : "ct_tuple4") {
      $0.add("src", isIPv6 ? .ctIPv6Src : .ctNWSrc, flow, mask)
      $0.add("dst", isIPv6 ? .ctIPv6Dst : .ctNWDst, flow, mask)
      $0.add("proto", .ctNWProto, flow, mask)
      $0.add(isIPv6 ? "src_port" : "tp_src", .ctTPSrc, flow, mask)
      $0.add(isIPv6 ? "dst_port" : "tp_dst", .ctTPDst, flow, mask)
    }
  }

  private mutating func tunnel() {
    guard value(.tunnelDst) != 0 || value(.tunnelIPv6Dst) != 0 else { return }
    let place = Flow.Offset.tunnel + TunnelFields.Offset.flags
    let flags = UInt32(truncatingIfNeeded: flow.bytes(place, 2))
    let flagsMask = UInt32(truncatingIfNeeded: mask.bytes(place, 2)) & UInt32(TunnelFlags.all)
    items += item("tunnel") {
      $0.add("tun_id", .tunnelID, flow, mask)
      $0.add("src", .tunnelSrc, flow, mask)
      $0.add("dst", .tunnelDst, flow, mask)
      if value(.tunnelIPv6Dst) != 0 {
        $0.add("ipv6_src", .tunnelIPv6Src, flow, mask)
        $0.add("ipv6_dst", .tunnelIPv6Dst, flow, mask)
      }
      $0.hexadecimal(
        "tos", UInt8(truncatingIfNeeded: value(.tunnelTOS)),
        UInt8(truncatingIfNeeded: mask(.tunnelTOS)))
      $0.add("ttl", .tunnelTTL, flow, mask)
      if verbose || flagsMask != 0 {
        let text = FlagsText.tunnel.format(flags, mask: flagsMask, full: UInt32(TunnelFlags.all))
        $0.add("flags(\(text))")
      }
    }
  }

  // MARK: The packet

  mutating func packet() {
    let isEthernet = value(.packetType) == UInt128(PacketType.ethernet)
    guard isEthernet else { return network() }
    items += item("eth") {
      $0.ethernet("src", key.ethSrc, keyMask.ethSrc)
      $0.ethernet("dst", key.ethDst, keyMask.ethDst)
    }
    guard key.vlanTCI & vlanPresent != 0 else { return network() }
    let type = UInt16(
      truncatingIfNeeded: flow.bytes(Flow.Offset.headers + HeaderFields.Offset.vlanTPID, 2))
    items.append("eth_type(0x\(DatapathFlowText.hex4(type == 0 ? 0x8100 : type)))")
    items.append(vlan(key.vlanTCI, keyMask.vlanTCI))
    let outer = items
    items = []
    innerTag()
    items = outer + ["encap(\(items.joined(separator: ",")))"]
  }

  /// The second tag, if the flow looks at it; else what is behind the first one.
  private mutating func innerTag() {
    let place = Flow.Offset.headers + HeaderFields.Offset.innerVLANTCI
    let tci = UInt16(truncatingIfNeeded: flow.bytes(place, 2))
    let tciMask = UInt16(truncatingIfNeeded: mask.bytes(place, 2))
    network()
    guard tci & vlanPresent != 0, tciMask != 0 else { return }
    items.append(vlan(tci, tciMask))
    items.append("encap()")
  }

  private func vlan(_ tci: UInt16, _ mask: UInt16) -> String {
    let (vidMask, pcpMask) = (mask & 0xfff, mask >> 13)
    let vidText = vidMask == 0xfff ? "" : "/0x" + String(vidMask, radix: 16)
    let pcpText = pcpMask == 7 ? "" : "/0x" + String(pcpMask, radix: 16)
    return "vlan(vid=\(tci & 0xfff)\(vidText),pcp=\(tci >> 13)\(pcpText))"
  }

  private mutating func network() {
    let packetType = value(.packetType)
    let type = packetType >> 16 == 1 ? UInt16(packetType & 0xffff) : key.ethType
    items.append("eth_type(0x\(DatapathFlowText.hex4(type)))")
    switch type {
    case EtherType.ipv4: ipv4()
    case EtherType.ipv6: ipv6()
    case EtherType.arp, EtherType.rarp: arp()
    case EtherType.mpls, EtherType.mplsMulticast: mpls()
    case EtherType.nsh: nsh()
    default: break
    }
  }

  private mutating func ipv4() {
    items += item("ipv4") {
      $0.ipv4("src", key.ipv4Src, keyMask.ipv4Src)
      $0.ipv4("dst", key.ipv4Dst, keyMask.ipv4Dst)
      $0.decimal("proto", key.ipProto, keyMask.ipProto)
      $0.hexadecimal("tos", key.ipTOS, keyMask.ipTOS)
      $0.decimal("ttl", key.ipTTL, keyMask.ipTTL)
      $0.add("frag=\(fragment)")
    }
    transport(icmp: "icmp", IPProtocol.icmp)
  }

  private mutating func ipv6() {
    items += item("ipv6") {
      $0.ipv6("src", key.ipv6Src, keyMask.ipv6Src)
      $0.ipv6("dst", key.ipv6Dst, keyMask.ipv6Dst)
      $0.add("label", .ipv6Label, flow, mask)
      $0.decimal("proto", key.ipProto, keyMask.ipProto)
      $0.hexadecimal("tclass", key.ipTOS, keyMask.ipTOS)
      $0.decimal("hlimit", key.ipTTL, keyMask.ipTTL)
      $0.add("frag=\(fragment)")
    }
    transport(icmp: "icmpv6", IPProtocol.icmpv6)
    if key.ipProto == IPProtocol.icmpv6 && key.ipFrag & IPFragment.later == 0 { discovery() }
  }

  private mutating func arp() {
    items += item("arp") {
      $0.ipv4("sip", key.ipv4Src, keyMask.ipv4Src)
      $0.ipv4("tip", key.ipv4Dst, keyMask.ipv4Dst)
      $0.decimal(
        "op", UInt16(key.ipProto), keyMask.ipProto == .max ? .max : UInt16(keyMask.ipProto))
      $0.ethernet("sha", key.arpSHA, keyMask.arpSHA)
      $0.ethernet("tha", key.arpTHA, keyMask.arpTHA)
    }
  }

  /// Every entry of the label stack that the packet has.
  private mutating func mpls() {
    var entries: [String] = []
    for index in 0..<3 {
      let place = Flow.Offset.headers + HeaderFields.Offset.mplsLSE + 4 * index
      let (entry, has) = (flow.bytes(place, 4), mask.bytes(place, 4))
      if index > 0 && has == 0 { break }
      entries.append(Self.label(entry, has))
      if entry >> 8 & 1 != 0 { break }
    }
    let isLooked = mask.bytes(Flow.Offset.headers + HeaderFields.Offset.mplsLSE, 4) != 0
    if verbose || isLooked { items.append("mpls(\(entries.joined(separator: ",")))") }
  }

  private static func label(_ entry: UInt128, _ mask: UInt128) -> String {
    func hex(_ value: UInt128) -> String { String(value, radix: 16) }
    if mask == UInt128(UInt32.max) {
      return "label=\(entry >> 12),tc=\(entry >> 9 & 7),ttl=\(entry & 0xff),bos=\(entry >> 8 & 1)"
    }
    return "label=\(entry >> 12)/0x\(hex(mask >> 12)),tc=\(entry >> 9 & 7)/\(hex(mask >> 9 & 7)),"
      + "ttl=\(entry & 0xff)/0x\(hex(mask & 0xff)),bos=\(entry >> 8 & 1)/\(hex(mask >> 8 & 1))"
  }

  private mutating func nsh() {
    var fields: [String] = []
    func add(_ name: String, _ field: MatchField, hex: Bool = false) {
      let (number, has) = (value(field), mask(field))
      guard has != 0 else { return }
      let isExact = has == field.allOnes
      let digits = { String(number, radix: 16) }
      let maskDigits = String(has, radix: 16)
      let padded = String(repeating: "0", count: max(0, (hex ? 8 : 2) - maskDigits.count))
      let exact = hex ? "0x\(digits())" : String(number)
      let masked = "0x\(!hex && number < 16 ? "0" : "")\(digits())/0x\(padded)\(maskDigits)"
      fields.append("\(name)=\(isExact ? exact : masked)")
    }
    add("flags", .nshFlags)
    add("ttl", .nshTTL)
    add("mdtype", .nshMDType)
    add("np", .nshNP)
    add("spi", .nshSPI, hex: true)
    add("si", .nshSI)
    for (index, field) in MatchField.nshContext.enumerated() {
      add("c\(index + 1)", field, hex: true)
    }
    if !fields.isEmpty { items.append("nsh(\(fields.joined(separator: ",")))") }
  }

  private mutating func transport(icmp: String, _ icmpProto: UInt8) {
    guard key.ipFrag & IPFragment.later == 0 else { return }
    if key.ipProto == icmpProto {
      items += item(icmp) {
        $0.decimal(
          "type", UInt8(truncatingIfNeeded: key.tpSrc), UInt8(truncatingIfNeeded: keyMask.tpSrc))
        $0.decimal(
          "code", UInt8(truncatingIfNeeded: key.tpDst), UInt8(truncatingIfNeeded: keyMask.tpDst))
      }
    } else if IPProtocol.hasPorts(key.ipProto) {
      items += item(IPProtocol.name(key.ipProto)) {
        $0.decimal("src", key.tpSrc, keyMask.tpSrc)
        $0.decimal("dst", key.tpDst, keyMask.tpDst)
      }
    }
    let flags = keyMask.tcpFlags & 0xfff
    guard key.ipProto == IPProtocol.tcp, flags != 0 || verbose else { return }
    items.append("tcp_flags(\(TCPFlags.format(key.tcpFlags, mask: flags)))")
  }

  private mutating func discovery() {
    let isND = [NeighborDiscovery.solicitation, NeighborDiscovery.advertisement].contains(key.tpSrc)
    guard isND, key.tpDst == 0, keyMask.tpSrc & 0xff == 0xff else { return }
    items += item("nd") {
      $0.add("target", .ndTarget, flow, mask)
      $0.add("sll", .ndSLL, flow, mask)
      $0.add("tll", .ndTLL, flow, mask)
    }
    let reserved = mask(.ndReserved) != 0
    let options = mask(.ndOptionsType) != 0
    guard reserved || options else { return }
    var text = "nd_ext(nd_reserved=0x" + String(value(.ndReserved), radix: 16)
    if options { text += ",nd_options_type=\(value(.ndOptionsType))" }
    items.append(text + ")")
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

/// TCP flags in datapath texts.
enum TCPFlags {
  private static let letters = ["F", "S", "R", "P", ".", "U", "E", "C", "N"]

  /// `+syn-ack`, or those that are set when the mask has all: `syn|ack`.
  static func format(_ flags: UInt16, mask: UInt16) -> String {
    FlagsText.tcp.format(UInt32(flags), mask: UInt32(mask), full: 0xfff)
  }

  /// The flags that a flow's packets had: `S.`.
  static func letters(_ flags: UInt16) -> String {
    (0..<12).filter { flags & 1 << $0 != 0 }.map {
      $0 < 9 ? letters[$0] : "[\(String(1 << $0, radix: 16))]"
    }
    .joined()
  }
}
