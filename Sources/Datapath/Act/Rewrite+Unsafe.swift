import CDPDKShim

/// The set operations on a frame's bytes. Each finds its header anew, because tags may have come or
/// gone and because a frame from a controller was never parsed; a frame without the header stays as
/// it is, as in OVS. Checksums are kept right by adding the difference.
///
/// Safety: `base[0..<length]` is the frame; every access lies behind a comparison with `length` or
/// with an offset that was compared with it. Operands are as `Opcode` lists them.
struct FrameRewriter {
  let base: UnsafeMutableRawPointer
  let length: Int

  typealias Operands = UnsafePointer<UInt32>

  @inline(__always) private func load<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
    base.loadUnaligned(fromByteOffset: offset, as: T.self)
  }
  @inline(__always) private func store<T: FixedWidthInteger>(_ value: T, _ offset: Int) {
    base.storeBytes(of: value, toByteOffset: offset, as: T.self)
  }

  /// Changes the bits of a 32-bit word that `mask` has; returns the word before and after.
  @inline(__always)
  private func update(_ offset: Int, _ value: UInt32, _ mask: UInt32) -> (UInt32, UInt32) {
    let old = load(offset, UInt32.self)
    let new = (old & ~mask) | (value & mask)
    store(new, offset)
    return (old, new)
  }
  /// The same for a 16-bit word whose value and mask are in host order.
  @inline(__always)
  private func update(_ offset: Int, _ value: UInt16, _ mask: UInt16) -> (UInt16, UInt16) {
    let old = load(offset, UInt16.self)
    let new = (old & ~mask.bigEndian) | (value & mask).bigEndian
    store(new, offset)
    return (old, new)
  }
  @inline(__always)
  private func update(_ offset: Int, _ value: UInt8, _ mask: UInt8) {
    store((load(offset, UInt8.self) & ~mask) | (value & mask), offset)
  }

  // MARK: Ethernet

  func setEthernet(_ o: Operands) {
    guard length >= 14 else { return }
    for i in 0..<3 { _ = update(4 &* i, o[i], o[3 &+ i]) }
  }

  /// Where the network header starts, behind all tags and a SNAP header, if it is of this type.
  private func networkHeader(_ wanted: UInt16) -> Int? {
    guard length >= 14 else { return nil }
    if load(12, UInt16.self) == wanted.bigEndian { return 14 }
    var cursor = PacketParser.Cursor(next: UnsafeRawPointer(base) + 12, left: length &- 12)
    while cursor.left >= 6, cursor.word == EtherType.vlan || cursor.word == EtherType.serviceVLAN {
      _ = cursor.take(4)
    }
    guard PacketParser.parseEtherType(&cursor) == wanted else { return nil }
    return length &- cursor.left
  }

  // MARK: IPv4

  func setIPv4(_ o: Operands) {
    guard let l3 = networkHeader(EtherType.ipv4), l3 &+ 20 <= length else { return }
    var addresses = ChecksumChange()
    var header = ChecksumChange()
    let (oldSource, newSource) = update(l3 &+ 12, o[0], o[1])
    addresses.add(oldSource, newSource)
    let (oldDestination, newDestination) = update(l3 &+ 16, o[2], o[3])
    addresses.add(oldDestination, newDestination)
    let (tos, tosMask, ttl, ttlMask) = bytes(o[4])
    // As 16-bit words, which the checksum is made of: version and tos, ttl and protocol.
    let words = (
      update(l3, UInt16(tos), UInt16(tosMask)),
      update(l3 &+ 8, UInt16(ttl) << 8, UInt16(ttlMask) << 8)
    )
    header.add(words.0.0, words.0.1)
    header.add(words.1.0, words.1.1)
    header.add(addresses)
    store(header.applied(to: load(l3 &+ 10, UInt16.self)), l3 &+ 10)
    if oldSource != newSource || oldDestination != newDestination,
      let transport = transport(ipv4: l3)
    {
      updateTransportChecksum(transport, addresses)
    }
  }

  /// The four bytes of an operand word, first on the wire first.
  @inline(__always) private func bytes(_ word: UInt32) -> (UInt8, UInt8, UInt8, UInt8) {
    let w = UInt32(bigEndian: word)
    return (
      UInt8(truncatingIfNeeded: w >> 24), UInt8(truncatingIfNeeded: w >> 16),
      UInt8(truncatingIfNeeded: w >> 8), UInt8(truncatingIfNeeded: w)
    )
  }

  // MARK: IPv6

  func setIPv6(_ o: Operands) {
    guard let l3 = networkHeader(EtherType.ipv6), l3 &+ 40 <= length else { return }
    let transport = self.transport(ipv6: l3)
    var addresses = ChecksumChange()
    for i in 0..<4 {
      let (old, new) = update(l3 &+ 8 &+ 4 &* i, o[i], o[4 &+ i])
      addresses.add(old, new)
    }
    for i in 0..<4 {
      let (old, new) = update(l3 &+ 24 &+ 4 &* i, o[8 &+ i], o[12 &+ i])
      // The checksum covers the final destination, which a routing header has elsewhere.
      if transport?.isRouted != true { addresses.add(old, new) }
    }
    let (tos, tosMask, ttl, ttlMask) = bytes(o[16])
    let value = UInt32(tos) << 20
    let mask = UInt32(tosMask) << 20
    _ = update(l3, value.bigEndian, mask.bigEndian)
    update(l3 &+ 7, ttl, ttlMask)
    if let transport { updateTransportChecksum(transport, addresses) }
  }

  // MARK: ARP

  func setARP(_ o: Operands) {
    let l3 = networkHeader(EtherType.arp) ?? networkHeader(EtherType.rarp)
    guard let l3, l3 &+ 28 <= length else { return }
    _ = update(l3 &+ 14, o[0], o[1])
    _ = update(l3 &+ 24, o[2], o[3])
    let values = UnsafeRawPointer(o + 4)
    let masks = UnsafeRawPointer(o + 7)
    for i in 0..<12 {  // sha at 8, tha at 18
      let value = values.load(fromByteOffset: i, as: UInt8.self)
      update(l3 &+ (i < 6 ? 8 : 12) &+ i, value, masks.load(fromByteOffset: i, as: UInt8.self))
    }
    let (operation, operationMask, _, _) = bytes(o[10])
    update(l3 &+ 7, operation, operationMask)
  }

  // MARK: Transport

  /// A transport header that is there: not in a later fragment, and within the IP payload.
  struct Transport {
    var proto: UInt8
    var offset: Int
    /// End of the IP payload, at most the frame's.
    var end: Int
    /// An IPv6 routing header says that the destination is not final.
    var isRouted = false
  }

  func transport(ipv4 l3: Int) -> Transport? {
    let headerLength = Int(load(l3, UInt8.self) & 15) &* 4
    let end = l3 &+ Int(load(l3 &+ 2, UInt16.self).byteSwapped)
    guard headerLength >= 20, l3 &+ headerLength <= end, end <= length,
      load(l3 &+ 6, UInt16.self).byteSwapped & 0x1fff == 0
    else { return nil }
    return Transport(proto: load(l3 &+ 9, UInt8.self), offset: l3 &+ headerLength, end: end)
  }

  func transport(ipv6 l3: Int) -> Transport? {
    let end = l3 &+ 40 &+ Int(load(l3 &+ 4, UInt16.self).byteSwapped)
    guard end <= length else { return nil }
    var t = Transport(proto: load(l3 &+ 6, UInt8.self), offset: l3 &+ 40, end: end)
    while true {
      switch t.proto {
      case IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destination,
        IPProtocol.authentication, IPProtocol.fragment:
        guard t.offset &+ 8 <= end else { return nil }
      default: return t.offset <= end ? t : nil
      }
      let extra = Int(load(t.offset &+ 1, UInt8.self))
      let at = t.offset
      switch t.proto {
      case IPProtocol.authentication: t.offset &+= (extra &+ 2) &* 4
      case IPProtocol.fragment:
        if load(at &+ 2, UInt16.self).byteSwapped & 0xfff8 != 0 { return nil }
        t.offset &+= 8
      case IPProtocol.routing:
        if load(at &+ 3, UInt8.self) != 0 { t.isRouted = true }
        t.offset &+= (extra &+ 1) &* 8
      default: t.offset &+= (extra &+ 1) &* 8
      }
      t.proto = load(at, UInt8.self)
    }
  }

  /// Carries a change of covered words into the checksum of TCP, UDP or ICMPv6.
  private func updateTransportChecksum(_ t: Transport, _ change: ChecksumChange) {
    switch t.proto {
    case IPProtocol.tcp where t.offset &+ 20 <= t.end: apply(change, t.offset &+ 16)
    case IPProtocol.udp where t.offset &+ 8 <= t.end: applyUDP(change, t.offset &+ 6)
    case IPProtocol.icmpv6 where t.offset &+ 4 <= t.end: apply(change, t.offset &+ 2)
    default: break
    }
  }

  @inline(__always) private func apply(_ change: ChecksumChange, _ offset: Int) {
    store(change.applied(to: load(offset, UInt16.self)), offset)
  }

  /// UDP's zero means "no checksum": it stays, and a sum that comes out as zero is sent as ffff.
  @inline(__always) private func applyUDP(_ change: ChecksumChange, _ offset: Int) {
    let old = load(offset, UInt16.self)
    guard old != 0 else { return }
    let new = change.applied(to: old)
    store(new == 0 ? 0xffff : new, offset)
  }

  func setPorts(_ proto: UInt8, _ o: Operands) {
    let t =
      networkHeader(EtherType.ipv4).flatMap { $0 &+ 20 <= length ? transport(ipv4: $0) : nil }
      ?? networkHeader(EtherType.ipv6).flatMap { $0 &+ 40 <= length ? transport(ipv6: $0) : nil }
    guard let t, t.proto == proto else { return }
    let minimum = proto == IPProtocol.tcp ? 20 : proto == IPProtocol.udp ? 8 : 12
    guard t.offset &+ minimum <= t.end else { return }
    if proto == IPProtocol.sctp {
      setSCTPPorts(t, o)
      return
    }
    let (old, new) = update(t.offset, o[0], o[1])
    var change = ChecksumChange()
    change.add(old, new)
    updateTransportChecksum(t, change)
  }

  /// SCTP has a CRC: keeps whatever error the old one had.
  private func setSCTPPorts(_ t: Transport, _ o: Operands) {
    let field = t.offset &+ 8
    let size = UInt32(truncatingIfNeeded: t.end &- t.offset)
    let had = load(field, UInt32.self)
    store(UInt32(0), field)
    let before = pb_crc32c(base + t.offset, size)
    _ = update(t.offset, o[0], o[1])
    let after = pb_crc32c(base + t.offset, size)
    store(had ^ before ^ after, field)
  }
}
