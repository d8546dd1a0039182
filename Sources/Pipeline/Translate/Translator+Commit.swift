import Datapath
import Fields

/// Making the datapath's packet what the OpenFlow actions made of it.
///
/// A set carries the bits that the mask knows of its field: whoever changed the field added them.
/// Fields that are as they were do not appear.
extension Translator {
  func commit() {
    guard flow.key != base || innerTags != baseInnerTags else { return }
    commitEthernet()
    if isIPv4 { commitIPv4() } else if isIPv6 { commitIPv6() } else if isARP { commitARP() }
    commitPorts()
    commitTags()
    base = flow.key
    baseInnerTags = innerTags
  }

  private func commitEthernet() {
    var set = DatapathAction.MaskedEthernet()
    if flow.key.ethSrc != base.ethSrc { (set.src, set.srcMask) = masked(\.ethSrc) }
    if flow.key.ethDst != base.ethDst { (set.dst, set.dstMask) = masked(\.ethDst) }
    if set != DatapathAction.MaskedEthernet() { actions.append(.setEthernet(set)) }
  }

  private func commitIPv4() {
    var set = DatapathAction.MaskedIPv4()
    if flow.key.ipv4Src != base.ipv4Src { (set.src, set.srcMask) = masked(\.ipv4Src) }
    if flow.key.ipv4Dst != base.ipv4Dst { (set.dst, set.dstMask) = masked(\.ipv4Dst) }
    if flow.key.ipTOS != base.ipTOS { (set.tos, set.tosMask) = masked(\.ipTOS) }
    if flow.key.ipTTL != base.ipTTL { (set.ttl, set.ttlMask) = masked(\.ipTTL) }
    if set != DatapathAction.MaskedIPv4() { actions.append(.setIPv4(set)) }
  }

  private func commitIPv6() {
    var set = DatapathAction.MaskedIPv6()
    if flow.key.ipv6Src != base.ipv6Src { (set.src, set.srcMask) = masked(\.ipv6Src) }
    if flow.key.ipv6Dst != base.ipv6Dst { (set.dst, set.dstMask) = masked(\.ipv6Dst) }
    if flow.key.ipTOS != base.ipTOS { (set.tos, set.tosMask) = masked(\.ipTOS) }
    if flow.key.ipTTL != base.ipTTL { (set.ttl, set.ttlMask) = masked(\.ipTTL) }
    if set != DatapathAction.MaskedIPv6() { actions.append(.setIPv6(set)) }
  }

  private func commitARP() {
    var set = DatapathAction.MaskedARP()
    if flow.key.ipv4Src != base.ipv4Src { (set.spa, set.spaMask) = masked(\.ipv4Src) }
    if flow.key.ipv4Dst != base.ipv4Dst { (set.tpa, set.tpaMask) = masked(\.ipv4Dst) }
    if flow.key.arpSHA != base.arpSHA { (set.sha, set.shaMask) = masked(\.arpSHA) }
    if flow.key.arpTHA != base.arpTHA { (set.tha, set.thaMask) = masked(\.arpTHA) }
    if flow.key.ipProto != base.ipProto { (set.op, set.opMask) = masked(\.ipProto) }
    if set != DatapathAction.MaskedARP() { actions.append(.setARP(set)) }
  }

  private func commitPorts() {
    guard flow.key.tpSrc != base.tpSrc || flow.key.tpDst != base.tpDst else { return }
    guard let proto = transportProtocol(), IPProtocol.hasPorts(proto) else { return }
    var set = DatapathAction.MaskedPorts(ipProto: proto)
    if flow.key.tpSrc != base.tpSrc { (set.src, set.srcMask) = masked(\.tpSrc) }
    if flow.key.tpDst != base.tpDst { (set.dst, set.dstMask) = masked(\.tpDst) }
    actions.append(.setPorts(set))
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

  /// Pops what is not as it should be, and pushes the rest. Tags are compared from the innermost.
  private func commitTags() {
    let old = Self.tags(base, baseInnerTags, 0x8100)
    let new = Self.tags(flow.key, innerTags, tagType)
    var same = 0
    while same < min(old.count, new.count), old[same].tci == new[same].tci { same += 1 }
    guard same < max(old.count, new.count) else { return }
    wildcards.key.vlanTCI = .max
    for _ in same..<old.count { actions.append(.popVLAN) }
    for tag in new[same...] {
      actions.append(.pushVLAN(tpid: tag.type, tci: tag.tci & ~vlanPresent))
    }
  }

  private static func tags(_ key: FlowKey, _ inner: [VLANTag], _ type: UInt16) -> [VLANTag] {
    key.vlanTCI & vlanPresent == 0 ? inner : inner + [VLANTag(type: type, tci: key.vlanTCI)]
  }
}

extension IPProtocol {
  static func hasPorts(_ proto: UInt8) -> Bool { proto == tcp || proto == udp || proto == sctp }
}
