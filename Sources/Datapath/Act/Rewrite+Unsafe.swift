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
  /// The Ethertype of a packet that has no Ethernet header in front; 0 for a frame.
  let bareType: UInt16

  typealias Operands = UnsafePointer<UInt32>

  @inline(__always) func load<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
    base.loadUnaligned(fromByteOffset: offset, as: T.self)
  }
  @inline(__always) func store<T: FixedWidthInteger>(_ value: T, _ offset: Int) {
    base.storeBytes(of: value, toByteOffset: offset, as: T.self)
  }

  /// Changes the bits of a 32-bit word that `mask` has; returns the word before and after.
  @inline(__always)
  func update(_ offset: Int, _ value: UInt32, _ mask: UInt32) -> (UInt32, UInt32) {
    let old = load(offset, UInt32.self)
    let new = (old & ~mask) | (value & mask)
    store(new, offset)
    return (old, new)
  }
  /// The same for a 16-bit word whose value and mask are in host order.
  @inline(__always)
  func update(_ offset: Int, _ value: UInt16, _ mask: UInt16) -> (UInt16, UInt16) {
    let old = load(offset, UInt16.self)
    let new = (old & ~mask.bigEndian) | (value & mask).bigEndian
    store(new, offset)
    return (old, new)
  }
  @inline(__always)
  func update(_ offset: Int, _ value: UInt8, _ mask: UInt8) {
    store((load(offset, UInt8.self) & ~mask) | (value & mask), offset)
  }

  // MARK: Ethernet

  /// Replaces ID and priority of the outermost tag; `tci` as it stands in a frame.
  func setVLAN(_ tci: UInt16) {
    guard bareType == 0, length >= 18,
      PacketParser.Cursor(next: UnsafeRawPointer(base) + 12, left: 6).isAtTag
    else { return }
    store(tci, 14)
  }

  @inline(__always)
  func setEthernet(_ o: Operands) {
    guard bareType == 0, length >= 14 else { return }
    let words = UnsafeRawPointer(o)
    let value = words.loadUnaligned(as: UInt64.self)
    let mask = words.loadUnaligned(fromByteOffset: 12, as: UInt64.self)
    store(load(0, UInt64.self) & ~mask | value & mask, 0)
    _ = update(8, o[2], o[5])
  }

  /// Where the network header starts, if it is of this type.
  @inline(__always)
  func networkHeader(_ wanted: UInt16) -> Int? {
    if bareType == 0, length >= 14, load(12, UInt16.self) == wanted.bigEndian { return 14 }
    return findNetworkHeader(wanted)
  }

  /// The same behind all tags and a SNAP header, or without an Ethernet header.
  @inline(never)
  private func findNetworkHeader(_ wanted: UInt16) -> Int? {
    guard bareType == 0 else { return bareType == wanted ? 0 : nil }
    guard length >= 14 else { return nil }
    var cursor = PacketParser.Cursor(next: UnsafeRawPointer(base) + 12, left: length &- 12)
    while cursor.left >= 6, cursor.isAtTag { _ = cursor.take(4) }
    guard PacketParser.parseEtherType(&cursor) == wanted else { return nil }
    return length &- cursor.left
  }

  // MARK: IPv4

  /// Where the IPv4 header starts, if all of it is there.
  @inline(__always)
  var headerIPv4: Int? {
    guard let l3 = networkHeader(EtherType.ipv4), l3 &+ 20 <= length else { return nil }
    return l3
  }

  /// Whether there is one at `l3`, for who knows that there is none elsewhere.
  @inline(__always)
  func hasIPv4(at l3: Int) -> Bool {
    l3 &+ 20 <= length && load(l3 &- 2, UInt16.self) == EtherType.ipv4.bigEndian
  }

  /// Addresses.
  @inline(__always)
  func setIPv4(_ o: Operands) {
    if let l3 = headerIPv4 { setIPv4(at: l3, o) }
  }

  @inline(__always)
  func setIPv4(at l3: Int, _ o: Operands) {
    var change = ChecksumChange()
    let (oldSource, newSource) = update(l3 &+ 12, o[0], o[1])
    change.add(oldSource, newSource)
    let (oldDestination, newDestination) = update(l3 &+ 16, o[2], o[3])
    change.add(oldDestination, newDestination)
    apply(change, l3 &+ 10)
    guard oldSource != newSource || oldDestination != newDestination,
      let transport = transport(ipv4: l3)
    else { return }
    updateTransportChecksum(transport, change)
  }

  /// TOS and TTL, in the 16-bit words that the checksum is made of.
  @inline(__always)
  func setIPv4Bytes(_ o: Operands) {
    if let l3 = headerIPv4 { setIPv4Bytes(at: l3, o) }
  }

  @inline(__always)
  func setIPv4Bytes(at l3: Int, _ o: Operands) {
    let old = UInt32(load(l3, UInt16.self)) | UInt32(load(l3 &+ 8, UInt16.self)) &<< 16
    let new = old & ~o[1] | o[0] & o[1]
    store(UInt16(truncatingIfNeeded: new), l3)
    store(UInt16(truncatingIfNeeded: new &>> 16), l3 &+ 8)
    var change = ChecksumChange()
    change.add(old, new)
    apply(change, l3 &+ 10)
  }

  /// The four bytes of an operand word, first on the wire first.
  @inline(__always) func bytes(_ word: UInt32) -> (UInt8, UInt8, UInt8, UInt8) {
    let w = UInt32(bigEndian: word)
    return (
      UInt8(truncatingIfNeeded: w >> 24), UInt8(truncatingIfNeeded: w >> 16),
      UInt8(truncatingIfNeeded: w >> 8), UInt8(truncatingIfNeeded: w)
    )
  }

  // MARK: IPv6

  @inline(__always)
  func setIPv6(_ o: Operands) {
    guard let l3 = networkHeader(EtherType.ipv6), l3 &+ 40 <= length else { return }
    if hasAddresses(o) { setAddresses(ipv6: l3, o) }
    let (tos, tosMask, ttl, ttlMask) = bytes(o[16])
    let value = UInt32(tos) << 20 | UInt32(bigEndian: o[17])
    let mask = UInt32(tosMask) << 20 | UInt32(bigEndian: o[18])
    _ = update(l3, value.bigEndian, mask.bigEndian)
    update(l3 &+ 7, ttl, ttlMask)
  }

  /// Whether the operands of `setIPv6` change an address.
  @inline(__always)
  private func hasAddresses(_ o: Operands) -> Bool {
    let words = UnsafeRawPointer(o)
    let source = words.loadUnaligned(fromByteOffset: 16, as: SIMD2<UInt64>.self)
    let destination = words.loadUnaligned(fromByteOffset: 48, as: SIMD2<UInt64>.self)
    return source | destination != SIMD2()
  }

  @inline(never)
  private func setAddresses(ipv6 l3: Int, _ o: Operands) {
    let transport = self.transport(ipv6: l3)
    var change = ChecksumChange()
    for i in 0..<4 {
      let (old, new) = update(l3 &+ 8 &+ 4 &* i, o[i], o[4 &+ i])
      change.add(old, new)
    }
    for i in 0..<4 {
      let (old, new) = update(l3 &+ 24 &+ 4 &* i, o[8 &+ i], o[12 &+ i])
      // The checksum covers the final destination, which a routing header has elsewhere.
      if transport?.isRouted != true { change.add(old, new) }
    }
    if let transport { updateTransportChecksum(transport, change) }
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

  @inline(__always)
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
  @inline(__always)
  private func updateTransportChecksum(_ t: Transport, _ change: ChecksumChange) {
    if t.proto == IPProtocol.tcp {
      if t.offset &+ 20 <= t.end { apply(change, t.offset &+ 16) }
    } else if t.proto == IPProtocol.udp {
      if t.offset &+ 8 <= t.end { applyUDP(change, t.offset &+ 6) }
    } else if t.proto == IPProtocol.icmpv6 {
      if t.offset &+ 4 <= t.end { apply(change, t.offset &+ 2) }
    }
  }

  @inline(__always) func apply(_ change: ChecksumChange, _ offset: Int) {
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
