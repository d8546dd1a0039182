import Datapath
import Fields

/// Making the datapath's packet what the OpenFlow actions made of it.
///
/// A set carries the bits that the mask knows of its field: whoever changed the field added them.
/// Fields that are as they were do not appear.
extension Translator {
  func commit() {
    guard isChanged else { return }
    commitEncap()
    commitEthernet()
    // Without its labels the packet has other headers to set.
    if base.isMPLS, !flow.isMPLS { commitLabels() }
    commitNSH()
    if !wasMPLS { commitNetwork() }
    commitLabels()
    commitTags()
    commitMarks()
    let before = base
    base.key = flow.key
    base.headers = flow.headers
    // What is behind labels is still there: it may come to light again behind a bucket or a bridge.
    if flow.isMPLS { base.takePayload(of: before) }
    baseInnerTags = innerTags
  }

  /// Whether the flow is anything else than what the datapath has. The input port is, but no header.
  private var isChanged: Bool {
    let (new, old) = (flowInPlace, flowInPlace + 1)
    return (new.pointee.key.w0 ^ old.pointee.key.w0) & ~Self.inPort != 0
      || new.pointee.key.w1 != old.pointee.key.w1 || new.pointee.key.w2 != old.pointee.key.w2
      || new.pointee.key.w3 != old.pointee.key.w3 || new.pointee.key.w4 != old.pointee.key.w4
      || new.pointee.key.w5 != old.pointee.key.w5 || new.pointee.key.w6 != old.pointee.key.w6
      || new.pointee.key.w7 != old.pointee.key.w7
      || new.pointee.headers != old.pointee.headers || innerTags != baseInnerTags
      || tagType != baseTagType || pendingEncap != nil || pendingDecap
      || new.pointee.state.w0 != old.pointee.state.w0
      || new.pointee.state.w1 >> 32 != old.pointee.state.w1 >> 32
  }

  private static let inPort: UInt64 = 0xffff

  /// pkt_mark and skb_priority, which only other hosts' kernels would see.
  private func commitMarks() {
    let (new, old) = (flow.marks, base.marks)
    if new.priority != old.priority { actions.append(.setSKBPriority(new.priority)) }
    if new.mark != old.mark { actions.append(.setPacketMark(new.mark)) }
    base.state.w0 = flow.state.w0
  }

  private func commitNetwork() {
    if isIPv4 { commitIPv4() } else if isIPv6 { commitIPv6() } else if isARP { commitARP() }
    commitPorts()
    commitICMP()
    commitND()
  }

  private func commitEthernet() {
    var set = DatapathAction.MaskedEthernet()
    if flow.key.ethSrc != base.key.ethSrc { (set.src, set.srcMask) = masked(\.ethSrc) }
    if flow.key.ethDst != base.key.ethDst { (set.dst, set.dstMask) = masked(\.ethDst) }
    if set != DatapathAction.MaskedEthernet() { actions.append(.setEthernet(set)) }
  }

  private func commitIPv4() {
    var set = DatapathAction.MaskedIPv4()
    if flow.key.ipv4Src != base.key.ipv4Src { (set.src, set.srcMask) = masked(\.ipv4Src) }
    if flow.key.ipv4Dst != base.key.ipv4Dst { (set.dst, set.dstMask) = masked(\.ipv4Dst) }
    if flow.key.ipTOS != base.key.ipTOS { (set.tos, set.tosMask) = masked(\.ipTOS) }
    if flow.key.ipTTL != base.key.ipTTL { (set.ttl, set.ttlMask) = masked(\.ipTTL) }
    if set != DatapathAction.MaskedIPv4() { actions.append(.setIPv4(set)) }
  }

  private func commitIPv6() {
    var set = DatapathAction.MaskedIPv6()
    if flow.key.ipv6Src != base.key.ipv6Src { (set.src, set.srcMask) = masked(\.ipv6Src) }
    if flow.key.ipv6Dst != base.key.ipv6Dst { (set.dst, set.dstMask) = masked(\.ipv6Dst) }
    if flow.key.ipTOS != base.key.ipTOS { (set.tos, set.tosMask) = masked(\.ipTOS) }
    if flow.key.ipTTL != base.key.ipTTL { (set.ttl, set.ttlMask) = masked(\.ipTTL) }
    let label = HeaderFields.Offset.ipv6Label
    if flow.headers[long: label] != base.headers[long: label] {
      set.label = flow.headers[long: label]
      set.labelMask = wildcards.headers[long: label] & 0xfffff
    }
    if set != DatapathAction.MaskedIPv6() { actions.append(.setIPv6(set)) }
  }

  private func commitARP() {
    var set = DatapathAction.MaskedARP()
    if flow.key.ipv4Src != base.key.ipv4Src { (set.spa, set.spaMask) = masked(\.ipv4Src) }
    if flow.key.ipv4Dst != base.key.ipv4Dst { (set.tpa, set.tpaMask) = masked(\.ipv4Dst) }
    if flow.key.arpSHA != base.key.arpSHA { (set.sha, set.shaMask) = masked(\.arpSHA) }
    if flow.key.arpTHA != base.key.arpTHA { (set.tha, set.thaMask) = masked(\.arpTHA) }
    if flow.key.ipProto != base.key.ipProto { (set.op, set.opMask) = masked(\.ipProto) }
    if set != DatapathAction.MaskedARP() { actions.append(.setARP(set)) }
  }

  private func commitPorts() {
    guard flow.key.tpSrc != base.key.tpSrc || flow.key.tpDst != base.key.tpDst else { return }
    guard let proto = transportProtocol(), IPProtocol.hasPorts(proto) else { return }
    var set = DatapathAction.MaskedPorts(ipProto: proto)
    if flow.key.tpSrc != base.key.tpSrc { (set.src, set.srcMask) = masked(\.tpSrc) }
    if flow.key.tpDst != base.key.tpDst { (set.dst, set.dstMask) = masked(\.tpDst) }
    actions.append(.setPorts(set))
  }

  private func commitICMP() {
    guard flow.key.tpSrc != base.key.tpSrc || flow.key.tpDst != base.key.tpDst,
      let proto = transportProtocol(), proto == (isIPv4 ? IPProtocol.icmp : IPProtocol.icmpv6)
    else { return }
    var set = DatapathAction.MaskedICMP(isIPv6: isIPv6)
    // Both, as OVS does.
    wildcards.key.tpSrc |= 0xff
    wildcards.key.tpDst |= 0xff
    (set.type, set.typeMask) = low(masked(\.tpSrc))
    (set.code, set.codeMask) = low(masked(\.tpDst))
    actions.append(.setICMP(set))
  }

  private func low(_ pair: (UInt16, UInt16)) -> (UInt8, UInt8) {
    (UInt8(truncatingIfNeeded: pair.0), UInt8(truncatingIfNeeded: pair.1))
  }

  private func commitND() {
    guard isIPv6,
      flow.headers.w0 | base.headers.w0 | flow.headers.w1 | base.headers.w1 != 0
        || flow.headers != base.headers
    else { return }
    let (new, old, mask) = (flow, base, wildcards)
    func changed(_ offset: Int, _ count: Int) -> (UInt128, UInt128) {
      let place = Flow.Offset.headers + offset
      let value = new.bytes(place, count)
      guard value != old.bytes(place, count) else { return (0, 0) }
      let bits = mask.bytes(place, count)
      return (value & bits, bits)
    }
    var set = DatapathAction.MaskedND()
    (set.target, set.targetMask) = changed(HeaderFields.Offset.ndTarget, 16)
    let source = changed(HeaderFields.Offset.ndSLL, 6)
    let target = changed(HeaderFields.Offset.ndTLL, 6)
    (set.sll, set.sllMask) = (EthernetAddress(UInt64(source.0)), EthernetAddress(UInt64(source.1)))
    (set.tll, set.tllMask) = (EthernetAddress(UInt64(target.0)), EthernetAddress(UInt64(target.1)))
    let reserved = changed(HeaderFields.Offset.ndReserved, 4)
    (set.reserved, set.reservedMask) = (UInt32(reserved.0), UInt32(reserved.1))
    let options = changed(HeaderFields.Offset.ndOptionsType, 1)
    (set.optionsType, set.optionsTypeMask) = (UInt8(options.0), UInt8(options.1))
    if set != DatapathAction.MaskedND() { actions.append(.setND(set)) }
  }

  private func masked<T: FixedWidthInteger>(_ field: WritableKeyPath<FlowKey, T>) -> (T, T) {
    let mask = wildcards.key[keyPath: field]
    return (flow.key[keyPath: field] & mask, mask)
  }

  private func masked(
    _ field: WritableKeyPath<FlowKey, EthernetAddress>
  ) -> (EthernetAddress, EthernetAddress) {
    let mask = wildcards.key[keyPath: field]
    return (EthernetAddress(flow.key[keyPath: field].value & mask.value), mask)
  }

  // MARK: VLAN tags

  /// Pops what is not as it should be, and pushes the rest. Tags are compared from the innermost. A
  /// tag of which only ID or priority are others keeps its type, which then nobody needs to know.
  private func commitTags() {
    let old = Self.tags(base.key, baseInnerTags, baseTagType)
    let new = Self.tags(flow.key, innerTags, tagType)
    baseTagType = tagType
    var same = 0
    while same < min(old.count, new.count), old[same] == new[same] { same += 1 }
    guard same < max(old.count, new.count) else { return }
    wildcards.key.vlanTCI = .max
    for _ in (same + 1)..<max(old.count, same + 1) { actions.append(.popVLAN) }
    if same < old.count {
      if same < new.count, old[same].type == new[same].type {
        actions.append(.setVLAN(tci: new[same].tci & ~vlanPresent))
        same += 1
      } else {
        actions.append(.popVLAN)
      }
    }
    for tag in new[same...] {
      let type = tag.type == VLANTag.own ? ownTagType() : tag.type
      actions.append(.pushVLAN(tpid: type, tci: tag.tci & ~vlanPresent))
    }
  }

  private static func tags(_ key: FlowKey, _ inner: [VLANTag], _ type: UInt16) -> [VLANTag] {
    key.vlanTCI & vlanPresent == 0 ? inner : inner + [VLANTag(type: type, tci: key.vlanTCI)]
  }

  /// The type of the tag that the packet came with, to put it back.
  private func ownTagType() -> UInt16 {
    wildcards.setBytes(Flow.Offset.headers + HeaderFields.Offset.vlanTPID, 2, 0xffff)
    let type = packet.bytes(Flow.Offset.headers + HeaderFields.Offset.vlanTPID, 2)
    return type == 0 ? 0x8100 : UInt16(type)
  }
}

extension IPProtocol {
  static func hasPorts(_ proto: UInt8) -> Bool { proto == tcp || proto == udp || proto == sctp }
}

extension Flow {
  fileprivate var marks: (mark: UInt32, priority: UInt32) {
    let both = bytes(Flow.Offset.state + StateFields.Offset.pktMark, 8)
    return (UInt32(both >> 32), UInt32(truncatingIfNeeded: both))
  }
}
