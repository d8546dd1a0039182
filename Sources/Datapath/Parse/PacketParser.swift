import Fields

/// Frames to flow keys, one header after the other: the parser for every frame that no template
/// (`ParseTemplates`) fits, and what the templates are tested against.
///
/// Meaning as OVS 3.1's flow extraction: a header whose lengths are wrong ends the parse, and the
/// fields of the header that failed and of all behind it stay zero. One VLAN tag is looked into
/// (vlan-limit 1): behind it, another tag's TPID is the Ethertype. Nothing here fails; the worst
/// frame has an all-zero key but for `inPort`.
///
/// Safety: `Cursor` is the only reader of the frame; each `take` checks the bytes that follow it.
public enum PacketParser {
  /// The key of a frame.
  public static func parse(_ frame: [UInt8], inPort: PortNumber) -> FlowKey {
    var key = FlowKey()
    frame.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress {
        parse(base, length: bytes.count, inPort: inPort, into: &key)
      } else {
        key.inPort = inPort
      }
    }
    return key
  }

  /// The same for a packet that may have no Ethernet header: then `type` is its Ethertype, else 0.
  @inline(__always)
  static func parse(
    _ frame: UnsafeRawPointer, length: Int, type: UInt16, inPort: PortNumber,
    into key: UnsafeMutablePointer<FlowKey>
  ) {
    guard type != 0 else { return parse(frame, length: length, inPort: inPort, into: key) }
    key.pointee = FlowKey()
    key.pointee.inPort = inPort
    var cursor = Cursor(next: frame, left: length)
    parseNetwork(type, &cursor, key)
  }

  /// Parses `length` bytes into `key`. Bound: reads `frame[0..<length]` only.
  public static func parse(
    _ frame: UnsafeRawPointer, length: Int, inPort: PortNumber,
    into key: UnsafeMutablePointer<FlowKey>
  ) {
    key.pointee = FlowKey()
    key.pointee.inPort = inPort
    var cursor = Cursor(next: frame, left: length)
    guard let ethernet = cursor.take(12), cursor.left >= 2 else { return }
    key.pointee.w1 = ethernet.loadUnaligned(as: UInt64.self)
    key.pointee.w2 = UInt64(ethernet.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
    parseTag(&cursor, key)
    parseNetwork(parseEtherType(&cursor), &cursor, key)
  }

  private static func parseNetwork(
    _ type: UInt16, _ cursor: inout Cursor, _ key: UnsafeMutablePointer<FlowKey>
  ) {
    key.pointee.ethType = type
    switch type {
    case EtherType.ipv4: parseIPv4(&cursor, key)
    case EtherType.ipv6: parseIPv6(&cursor, key)
    case EtherType.arp, EtherType.rarp: parseARP(&cursor, key)
    default: break
    }
  }

  /// What is left of a frame.
  struct Cursor {
    var next: UnsafeRawPointer
    var left: Int

    /// The next `count` bytes, nil when there are fewer.
    @inline(__always) mutating func take(_ count: Int) -> UnsafeRawPointer? {
      guard count <= left else { return nil }
      let taken = next
      next += count
      left &-= count
      return taken
    }

    /// The next 16-bit word without taking it; the caller knows that `left >= 2`.
    @inline(__always) var word: UInt16 { next.big(0, UInt16.self) }

    /// Whether a VLAN tag follows.
    @inline(__always) var isAtTag: Bool {
      word == EtherType.vlan || word == EtherType.serviceVLAN
    }
  }
}

/// Ethertypes that the datapath looks behind.
enum EtherType {
  static let ipv4: UInt16 = 0x0800, arp: UInt16 = 0x0806, rarp: UInt16 = 0x8035
  static let ipv6: UInt16 = 0x86dd
  static let mpls: UInt16 = 0x8847, mplsMulticast: UInt16 = 0x8848, nsh: UInt16 = 0x894f
  static let vlan: UInt16 = 0x8100, serviceVLAN: UInt16 = 0x88a8
  static let transparentEthernet: UInt16 = 0x6558
  /// Smaller values are lengths of 802.2 frames.
  static let minimum: UInt16 = 0x0600
}

/// IP protocols that the datapath looks behind.
enum IPProtocol {
  static let hopByHop: UInt8 = 0, icmp: UInt8 = 1, igmp: UInt8 = 2, tcp: UInt8 = 6, udp: UInt8 = 17
  static let routing: UInt8 = 43, fragment: UInt8 = 44, authentication: UInt8 = 51
  static let icmpv6: UInt8 = 58, destination: UInt8 = 60, sctp: UInt8 = 132
}

extension UnsafeRawPointer {
  /// An integer in network order; the caller has checked the bound.
  @inline(__always) func big<T: FixedWidthInteger>(_ offset: Int, _: T.Type) -> T {
    T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}

// MARK: Link layer

extension PacketParser {
  /// The outermost tag, when the frame has room for it and for a type behind it.
  private static func parseTag(_ cursor: inout Cursor, _ key: UnsafeMutablePointer<FlowKey>) {
    guard cursor.word == EtherType.vlan || cursor.word == EtherType.serviceVLAN,
      cursor.left >= 6, let tag = cursor.take(4)
    else { return }
    key.pointee.vlanTCI = tag.big(2, UInt16.self) | vlanPresent
  }

  /// The Ethertype, from a SNAP header if the frame is an 802.2 one.
  static func parseEtherType(_ cursor: inout Cursor) -> UInt16 {
    guard let field = cursor.take(2) else { return 0 }
    let type = field.big(0, UInt16.self)
    guard type < EtherType.minimum else { return type }
    // DSAP aa, SSAP aa, control 03, organisation 00 00 00.
    guard cursor.left >= 8, cursor.next.big(0, UInt64.self) >> 16 == 0xaaaa_0300_0000,
      let snap = cursor.take(8)
    else { return ethTypeNotEthernetII }
    let inner = snap.big(6, UInt16.self)
    return inner >= EtherType.minimum ? inner : ethTypeNotEthernetII
  }
}

// MARK: Network layer

extension PacketParser {
  private static func parseIPv4(_ cursor: inout Cursor, _ key: UnsafeMutablePointer<FlowKey>) {
    guard cursor.left >= 20 else { return }
    let ip = cursor.next
    let headerLength = Int(ip.big(0, UInt8.self) & 15) &* 4
    let totalLength = Int(ip.big(2, UInt16.self))
    guard headerLength >= 20, totalLength >= headerLength, totalLength <= cursor.left else {
      return
    }
    cursor.left = totalLength  // padding is not payload
    guard cursor.take(headerLength) != nil else { return }

    let offset = ip.big(6, UInt16.self)
    var fragment: UInt8 = 0
    if offset & 0x3fff != 0 { fragment = IPFragment.any }
    if offset & 0x1fff != 0 { fragment |= IPFragment.later }
    key.pointee.w4 = ip.loadUnaligned(fromByteOffset: 12, as: UInt64.self)
    key.pointee.ipProto = ip.big(9, UInt8.self)
    key.pointee.ipTOS = ip.big(1, UInt8.self)
    key.pointee.ipTTL = ip.big(8, UInt8.self)
    key.pointee.ipFrag = fragment
    if fragment & IPFragment.later == 0 { parseTransport(&cursor, key) }
  }

  private static func parseIPv6(_ cursor: inout Cursor, _ key: UnsafeMutablePointer<FlowKey>) {
    guard let ip = cursor.take(40) else { return }
    let payloadLength = Int(ip.big(4, UInt16.self))
    guard payloadLength <= cursor.left else { return }
    cursor.left = payloadLength
    key.pointee.w4 = ip.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    key.pointee.w5 = ip.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    key.pointee.w6 = ip.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    key.pointee.w7 = ip.loadUnaligned(fromByteOffset: 32, as: UInt64.self)

    var proto = ip.big(6, UInt8.self)
    var fragment: UInt8 = 0
    guard skipExtensions(&cursor, &proto, &fragment) else { return }
    key.pointee.ipProto = proto
    key.pointee.ipTOS = UInt8(truncatingIfNeeded: ip.big(0, UInt16.self) >> 4)
    key.pointee.ipTTL = ip.big(7, UInt8.self)
    key.pointee.ipFrag = fragment
    if fragment & IPFragment.later == 0 { parseTransport(&cursor, key) }
  }

  /// Walks IPv6 extension headers up to the transport header or a later fragment's data; false when
  /// one of them is cut off. Ends, because every header takes at least 8 bytes.
  static func skipExtensions(
    _ cursor: inout Cursor, _ proto: inout UInt8, _ fragment: inout UInt8
  ) -> Bool {
    while true {
      switch proto {
      case IPProtocol.hopByHop, IPProtocol.routing, IPProtocol.destination:
        guard cursor.left >= 8 else { return false }
        proto = cursor.next.big(0, UInt8.self)
        guard cursor.take((Int(cursor.next.big(1, UInt8.self)) &+ 1) &* 8) != nil else {
          return false
        }
      case IPProtocol.authentication:
        guard cursor.left >= 8 else { return false }
        proto = cursor.next.big(0, UInt8.self)
        guard cursor.take((Int(cursor.next.big(1, UInt8.self)) &+ 2) &* 4) != nil else {
          return false
        }
      case IPProtocol.fragment:
        guard let header = cursor.take(8) else { return false }
        proto = header.big(0, UInt8.self)
        let offset = header.big(2, UInt16.self)
        if offset != 0 { fragment = IPFragment.any }
        if offset & 0xfff8 != 0 {
          fragment |= IPFragment.later
          proto = IPProtocol.fragment
          return true
        }
      default: return true
      }
    }
  }

  private static func parseARP(_ cursor: inout Cursor, _ key: UnsafeMutablePointer<FlowKey>) {
    // Hardware Ethernet, protocol IPv4, address lengths 6 and 4.
    guard let arp = cursor.take(28), arp.big(0, UInt64.self) >> 16 == 0x0001_0800_0604 else {
      return
    }
    key.pointee.ipv4Src = arp.big(14, UInt32.self)
    key.pointee.ipv4Dst = arp.big(24, UInt32.self)
    let operation = arp.big(6, UInt16.self)
    if operation <= 0xff { key.pointee.ipProto = UInt8(truncatingIfNeeded: operation) }
    // sha and tha lie side by side in the key: bytes 40-45 and 46-51.
    withUnsafeMutableBytes(of: &key.pointee) { bytes in
      bytes.baseAddress.unsafelyUnwrapped.advanced(by: FlowKey.Offset.arpSHA)
        .copyMemory(from: arp + 8, byteCount: 6)
      bytes.baseAddress.unsafelyUnwrapped.advanced(by: FlowKey.Offset.arpTHA)
        .copyMemory(from: arp + 18, byteCount: 6)
    }
  }
}

// MARK: Transport layer

extension PacketParser {
  private static func parseTransport(_ cursor: inout Cursor, _ key: UnsafeMutablePointer<FlowKey>) {
    let header = cursor.next
    switch key.pointee.ipProto {
    case IPProtocol.tcp:
      guard cursor.left >= 20 else { return }
      let control = header.big(12, UInt16.self)
      let headerLength = Int(control >> 12) &* 4
      guard headerLength >= 20, headerLength <= cursor.left else { return }
      key.pointee.tcpFlags = control & 0x0fff
      setPorts(key, header)
    case IPProtocol.udp:
      if cursor.left >= 8 { setPorts(key, header) }
    case IPProtocol.sctp:
      if cursor.left >= 12 { setPorts(key, header) }
    case IPProtocol.icmp, IPProtocol.igmp, IPProtocol.icmpv6:
      if cursor.left >= 8 { setTypeAndCode(key, header) }
    default: break
    }
  }

  @inline(__always)
  private static func setPorts(_ key: UnsafeMutablePointer<FlowKey>, _ header: UnsafeRawPointer) {
    key.pointee.tpSrc = header.big(0, UInt16.self)
    key.pointee.tpDst = header.big(2, UInt16.self)
  }

  @inline(__always)
  private static func setTypeAndCode(
    _ key: UnsafeMutablePointer<FlowKey>, _ header: UnsafeRawPointer
  ) {
    key.pointee.tpSrc = UInt16(header.big(0, UInt8.self))
    key.pointee.tpDst = UInt16(header.big(1, UInt8.self))
  }
}
