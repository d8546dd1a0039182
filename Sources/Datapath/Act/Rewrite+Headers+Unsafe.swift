import Fields

/// Headers that few packets have. Safety and operands as in `FrameRewriter`.
extension FrameRewriter {
  /// Where the Ethertype is that says what the frame carries, behind all tags; the payload follows.
  var payload: Int? {
    var offset = 12
    while offset &+ 2 <= length {
      let type = UInt16(bigEndian: load(offset, UInt16.self))
      guard type == EtherType.vlan || type == EtherType.serviceVLAN, offset &+ 6 <= length else {
        return offset &+ 2
      }
      offset &+= 4
    }
    return nil
  }

  // MARK: MPLS and NSH

  /// What the packet carries, and where that starts.
  private var carried: (type: UInt16, offset: Int)? {
    if bareType != 0 { return (bareType, 0) }
    return payload.map { (UInt16(bigEndian: load($0 &- 2, UInt16.self)), $0) }
  }

  /// Where the outermost label stack entry is.
  var labelStack: Int? {
    guard let (type, offset) = carried, offset &+ 4 <= length else { return nil }
    return type == EtherType.mpls || type == EtherType.mplsMulticast ? offset : nil
  }

  func setMPLS(_ o: Operands) {
    if let offset = labelStack { _ = update(offset, o[0], o[1]) }
  }

  func setNSH(_ o: Operands) {
    guard let (type, offset) = carried, type == EtherType.nsh, offset &+ 8 <= length else { return }
    let (flags, flagsMask, ttl, ttlMask) = bytes(o[0])
    // Version (2), flags (2), TTL (6), length (6).
    _ = update(
      offset, UInt16(flags & 3) << 12 | UInt16(ttl & 0x3f) << 6,
      UInt16(flagsMask & 3) << 12 | UInt16(ttlMask & 0x3f) << 6)
    _ = update(offset &+ 4, o[1], o[2])
    guard load(offset &+ 2, UInt8.self) & 0x0f == 1, offset &+ 24 <= length else { return }
    for i in 0..<4 { _ = update(offset &+ 8 &+ 4 &* i, o[3 &+ i], o[7 &+ i]) }
  }

  // MARK: ICMP

  func setICMP(isIPv6: Bool, _ operand: UInt32) {
    let transport =
      isIPv6
      ? networkHeader(EtherType.ipv6).flatMap {
        $0 &+ 40 <= length ? self.transport(ipv6: $0) : nil
      }
      : networkHeader(EtherType.ipv4).flatMap {
        $0 &+ 20 <= length ? self.transport(ipv4: $0) : nil
      }
    guard let t = transport, t.proto == (isIPv6 ? IPProtocol.icmpv6 : IPProtocol.icmp),
      t.offset &+ 4 <= t.end
    else { return }
    let (type, typeMask, code, codeMask) = bytes(operand)
    let (old, new) = update(
      t.offset, UInt16(type) << 8 | UInt16(code), UInt16(typeMask) << 8 | UInt16(codeMask))
    var change = ChecksumChange()
    change.add(old, new)
    apply(change, t.offset &+ 2)
  }

  /// Neighbour discovery: target and reserved word stand at fixed places, addresses in options. The
  /// first option of eight bytes of either kind is the one; `options type` changes that one's kind.
  func setND(_ o: Operands) {
    guard let l3 = networkHeader(EtherType.ipv6), l3 &+ 40 <= length,
      let t = transport(ipv6: l3), t.proto == IPProtocol.icmpv6, t.offset &+ 24 <= t.end
    else { return }
    let type = load(t.offset, UInt8.self)
    guard type == 135 || type == 136 else { return }
    var change = ChecksumChange()
    for i in 0..<4 {
      let (old, new) = update(t.offset &+ 8 &+ 4 &* i, o[i], o[4 &+ i])
      change.add(old, new)
    }
    let (old, new) = update(t.offset &+ 4, o[14], o[15])
    change.add(old, new)
    setNDOptions(t, o, &change)
    apply(change, t.offset &+ 2)
  }

  private func setNDOptions(_ t: Transport, _ o: Operands, _ change: inout ChecksumChange) {
    let (values, masks) = (UnsafeRawPointer(o + 8), UnsafeRawPointer(o + 11))
    let (kind, kindMask, _, _) = bytes(o[16])
    var at = t.offset &+ 24
    while at &+ 8 <= t.end {
      let size = Int(load(at &+ 1, UInt8.self)) &* 8
      guard size > 0, at &+ size <= t.end else { return }
      let option = load(at, UInt8.self)
      if size == 8, option == 1 || option == 2 {
        // Kind and length as one word, then the address as three.
        let (old, new) = update(at, UInt16(kind) << 8, UInt16(kindMask) << 8)
        change.add(old, new)
        for i in 0..<3 {
          let place = (option == 1 ? 0 : 6) &+ 2 &* i
          let value = values.loadUnaligned(fromByteOffset: place, as: UInt16.self).byteSwapped
          let mask = masks.loadUnaligned(fromByteOffset: place, as: UInt16.self).byteSwapped
          let (old, new) = update(at &+ 2 &+ 2 &* i, value, mask)
          change.add(old, new)
        }
      }
      at &+= size
    }
  }
}
