import Fields
import OpenFlow

/// Writing fields of the packet, by header.
extension Translator {
  /// Whether the packet has what `field` needs; looks at the fields that tell.
  func hasPrerequisite(of field: MatchField) -> Bool {
    switch field.prerequisite {
    case .none: return true
    case .vlanVID:
      wildcards.key.vlanTCI |= vlanPresent
      return flow.key.vlanTCI & vlanPresent != 0
    case .arp: return isARP
    case .ipv4: return isIPv4
    case .ipv6: return isIPv6
    case .ipAny: return isIP
    case .tcp: return transportProtocol() == IPProtocol.tcp
    case .udp: return transportProtocol() == IPProtocol.udp
    case .sctp: return transportProtocol() == IPProtocol.sctp
    case .icmp: return isIPv4 && transportProtocol() == IPProtocol.icmp
    case .icmpv6: return isIPv6 && transportProtocol() == IPProtocol.icmpv6
    }
  }

  /// Adds bits of a field to the mask.
  func examine(_ field: MatchField, _ bits: UInt128) {
    field.store(field.value(in: wildcards) | bits, mask: field.allOnes, in: &wildcards)
  }

  /// The value of some bits of a field; nil when the packet has no such field.
  func read(_ subfield: Subfield) -> UInt128? {
    guard hasPrerequisite(of: subfield.field) else { return nil }
    examine(subfield.field, subfield.fieldMask)
    return subfield.value(in: flow)
  }

  /// Writes some bits of a field, if the packet has it and the datapath can set it.
  @discardableResult
  func write(_ value: UInt128, into subfield: Subfield) -> Bool {
    guard hasPrerequisite(of: subfield.field) else { return false }
    guard subfield.field.isSettable else {
      warn("cannot set \(subfield.field.name)")
      return false
    }
    examine(subfield.field, subfield.fieldMask)
    if [.ipv4, .ipv6, .ipAny].contains(subfield.field.prerequisite) { examineProtocol() }
    subfield.store(value, in: &flow)
    if isTagField(subfield.field) { completeTag(subfield.field) }
    return true
  }

  /// A flow that sets a field of the IP header matches the protocol as well, so that no packet with
  /// another header behind it falls under the flow (CVE-2023-1668; Debian's OVS does the same).
  func examineProtocol() { wildcards.key.ipProto = .max }

  // MARK: VLAN

  /// Writes bits of the outermost tag; a packet without one gets one.
  func writeTag(_ value: UInt16, mask: UInt16) {
    wildcards.key.vlanTCI |= mask | vlanPresent
    if flow.key.vlanTCI & vlanPresent == 0 { tagType = 0x8100 }
    flow.key.vlanTCI = (flow.key.vlanTCI & ~mask) | (value & mask) | vlanPresent
  }

  /// Adds a tag: a copy of the one that is there, as 802.1 bridges do it.
  func pushTag(type: UInt16) {
    wildcards.key.vlanTCI = .max
    if flow.key.vlanTCI & vlanPresent != 0 {
      innerTags.append(VLANTag(type: tagType, tci: flow.key.vlanTCI))
    }
    flow.key.vlanTCI = vlanPresent
    tagType = type
  }

  /// Removes the outermost tag, if there is one.
  func popTag() {
    wildcards.key.vlanTCI |= vlanPresent
    guard flow.key.vlanTCI & vlanPresent != 0 else { return }
    wildcards.key.vlanTCI = .max
    if let inner = innerTags.popLast() {
      flow.key.vlanTCI = inner.tci
      tagType = inner.type
    } else {
      flow.key.vlanTCI = 0
    }
  }

  private func isTagField(_ field: MatchField) -> Bool { field.offset == FlowKey.Offset.vlanTCI }

  /// Keeps the rule of the flow key: without the present bit there is no tag. `vlan_tci` as a whole
  /// says itself whether there is one; its ID or priority alone make one.
  private func completeTag(_ field: MatchField) {
    wildcards.key.vlanTCI |= vlanPresent
    if field != .vlanTCI {
      flow.key.vlanTCI |= vlanPresent
    } else if flow.key.vlanTCI & vlanPresent == 0 {
      flow.key.vlanTCI = 0
    }
  }
}

extension MatchField {
  /// Whether the datapath has an operation that sets the field, or it needs none (registers).
  fileprivate var isSettable: Bool {
    guard writable else { return false }
    switch prerequisite {
    case .icmp, .icmpv6: return false
    default: return true
    }
  }
}
