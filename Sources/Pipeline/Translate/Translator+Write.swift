import Fields
import OpenFlow

/// Writing fields of the packet, by header.
extension Translator {
  /// Whether the packet has what `field` needs; looks at the fields that tell.
  func hasPrerequisite(of field: MatchField) -> Bool { hasPrerequisite(field.prerequisite) }

  func hasPrerequisite(_ prerequisite: MatchField.Prerequisite) -> Bool {
    switch prerequisite {
    case .none: return true
    case .ethernet: return isEthernet
    case .vlanVID:
      wildcards.key.vlanTCI |= vlanPresent
      return isEthernet && flow.key.vlanTCI & vlanPresent != 0
    case .mpls: return isMPLS
    case .arp: return isARP
    case .ipv4: return isIPv4
    case .ipv6: return isIPv6
    case .ipAny: return isIP
    case .nsh: return networkType == EtherType.nsh
    case .tcp: return transportProtocol() == IPProtocol.tcp
    case .udp: return transportProtocol() == IPProtocol.udp
    case .sctp: return transportProtocol() == IPProtocol.sctp
    case .icmp: return isIPv4 && transportProtocol() == IPProtocol.icmp
    case .icmpv6: return isIPv6 && transportProtocol() == IPProtocol.icmpv6
    case .nd: return neighborDiscoveryType() != nil
    case .ndSolicit: return neighborDiscoveryType() == NeighborDiscovery.solicitation
    case .ndAdvert: return neighborDiscoveryType() == NeighborDiscovery.advertisement
    case .ctValid: return isConnectionValid()
    }
  }

  /// The ICMPv6 type of a neighbor solicitation or advertisement.
  private func neighborDiscoveryType() -> UInt16? {
    guard isIPv6, transportProtocol() == IPProtocol.icmpv6 else { return nil }
    wildcards.key.tpSrc = .max
    let type = flow.key.tpSrc
    guard type == NeighborDiscovery.solicitation || type == NeighborDiscovery.advertisement
    else { return nil }
    wildcards.key.tpDst = .max
    return flow.key.tpDst == 0 ? type : nil
  }

  private func isConnectionValid() -> Bool {
    let valid = UInt128(
      ConnectionState.new | ConnectionState.established | ConnectionState.reply)
    examine(.ctState, valid)
    return MatchField.ctState.value(at: flowInPlace) & valid != 0
  }

  /// Adds bits of a field to the mask.
  func examine(_ field: MatchField, _ bits: UInt128) {
    if let index = field.tunnelOption {
      wildcards.tunnel.presentOptions |= 1 << UInt64(index & 63)
    }
    field.store(bits, mask: bits, at: wildcardsInPlace)
  }

  /// The value of some bits of a field; nil when the packet has no such field.
  func read(_ subfield: Subfield) -> UInt128? {
    guard hasPrerequisite(of: subfield.field) else { return nil }
    examine(subfield)
    return subfield.value(at: flowInPlace)
  }

  /// Writes some bits of a field, if the packet has it and the datapath can set it.
  @discardableResult
  func write(_ value: UInt128, into subfield: Subfield) -> Bool {
    guard hasPrerequisite(of: subfield.field) else { return false }
    guard subfield.field.writable else { return false }
    examine(subfield)
    switch subfield.field.prerequisite {
    case .ipv4, .ipv6, .ipAny: examineProtocol()
    default: break
    }
    subfield.store(value, at: flowInPlace)
    if let index = subfield.field.tunnelOption {
      flow.tunnel.presentOptions |= 1 << UInt64(index & 63)
    }
    if isTagField(subfield.field) { completeTag(subfield.field) }
    return true
  }

  /// Writes the bits of a mask, in the terms of messages, into a field that the packet has.
  func write(_ value: UInt128, mask: UInt128, into field: MatchField) {
    switch field {
    // With its bit for "a tag is there", which may also be taken away.
    case .vlanVID:
      let mask = UInt16(truncatingIfNeeded: mask & 0x1fff)
      wildcards.key.vlanTCI |= mask | vlanPresent
      flow.key.vlanTCI = flow.key.vlanTCI & ~mask | UInt16(truncatingIfNeeded: value) & mask
      if flow.key.vlanTCI & vlanPresent == 0 { flow.key.vlanTCI = 0 }
    case .nwTOS: write(value, bits: mask & 0xfc, of: field)
    default: write(value, bits: mask & field.allOnes, of: field)
    }
  }

  private func write(_ value: UInt128, bits: UInt128, of field: MatchField) {
    var mask = bits
    while mask != 0 {
      let first = mask.trailingZeroBitCount
      let count = min((~(mask >> UInt128(first))).trailingZeroBitCount, 128 - first)
      let part = Subfield(field, offset: first, bits: count)
      write(value >> UInt128(first), into: part)
      mask &= ~part.fieldMask
    }
  }

  /// Writes an option of a tunnel header, which is there from now on.
  func write(_ value: [UInt8], mask: [UInt8], intoOption field: MatchField) {
    guard let index = field.tunnelOption else { return }
    let bit = UInt64(1) << UInt64(index & 63)
    wildcards.tunnel.presentOptions |= bit
    flow.tunnel.presentOptions |= bit
    for (position, (byte, bits)) in zip(value, mask).enumerated() where position < field.bytes {
      let place = field.offset + position
      guard place < Flow.byteCount else { return }
      wildcards.setBytes(place, 1, wildcards.bytes(place, 1) | UInt128(bits))
      flow.setBytes(place, 1, flow.bytes(place, 1) & UInt128(~bits) | UInt128(byte & bits))
    }
  }

  /// Says in the trace that a packet does not have a field.
  func reportUnmet(_ field: MatchField) {
    warn("unmet prerequisites for \(field.name), set_field ignored")
  }

  /// Adds the bits of a part of a field to the mask.
  func examine(_ subfield: Subfield) {
    examine(subfield.field, 0)
    subfield.store(.max, at: wildcardsInPlace)
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

  /// `vlan_tci` says itself whether there is a tag (bits without the one for that are seen by later
  /// flows, and no tag comes of them); an ID or a priority alone make one.
  private func completeTag(_ field: MatchField) {
    wildcards.key.vlanTCI |= vlanPresent
    if field != .vlanTCI { flow.key.vlanTCI |= vlanPresent }
  }
}
