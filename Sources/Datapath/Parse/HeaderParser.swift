import Fields

/// The headers that the flow key leaves out: TPIDs and a second VLAN tag, MPLS labels, the network
/// service header, the IPv6 flow label and neighbor discovery. For packets whose flow needs more than
/// the key, on the hot side, and for those that the control side looks at.
///
/// Meaning as OVS 3.1's flow extraction: a header whose lengths are wrong leaves its fields zero. The
/// second tag goes beyond it (its vlan-limit is 1): the key's Ethertype is the second tag's TPID then.
/// The key must be the frame's own (`PacketParser`): what it says is not asked again.
///
/// Safety: `PacketParser.Cursor` is the only reader of the frame.
public enum HeaderParser {
  /// The fields of a frame with that key.
  public static func parse(_ frame: [UInt8], key: FlowKey) -> HeaderFields {
    var fields = HeaderFields()
    frame.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { parse(base, length: bytes.count, key: key, into: &fields) }
    }
    return fields
  }

  /// Everything that is known of a frame.
  public static func flow(_ frame: [UInt8], inPort: PortNumber) -> Flow {
    var flow = Flow(PacketParser.parse(frame, inPort: inPort))
    flow.headers = parse(frame, key: flow.key)
    return flow
  }

  /// Parses `length` bytes into `fields`. A bare packet has no Ethernet header. Bound: reads
  /// `frame[0..<length]` only.
  public static func parse(
    _ frame: UnsafeRawPointer, length: Int, key: FlowKey, isBare: Bool = false,
    into fields: UnsafeMutablePointer<HeaderFields>
  ) {
    fields.pointee = HeaderFields()
    let out = UnsafeMutableRawPointer(fields)
    var cursor = PacketParser.Cursor(next: frame, left: length)
    if !isBare {
      guard cursor.take(12) != nil, cursor.left >= 2 else { return }
      parseTags(&cursor, key, out)
      _ = PacketParser.parseEtherType(&cursor)
    }
    switch key.ethType {
    case EtherType.mpls, EtherType.mplsMulticast: parseMPLS(&cursor, out)
    case EtherType.nsh: parseNSH(&cursor, out)
    case EtherType.ipv6: parseIPv6(&cursor, key, out)
    default: break
    }
  }

  /// Copies `count` bytes to `offset` of the fields.
  @inline(__always)
  private static func copy(
    _ source: UnsafeRawPointer, _ count: Int, to offset: Int, _ out: UnsafeMutableRawPointer
  ) { out.advanced(by: offset).copyMemory(from: source, byteCount: count) }

  // MARK: Headers

  private static func parseTags(
    _ cursor: inout PacketParser.Cursor, _ key: FlowKey, _ out: UnsafeMutableRawPointer
  ) {
    guard key.vlanTCI & vlanPresent != 0, cursor.left >= 6, let tag = cursor.take(4) else { return }
    copy(tag, 2, to: HeaderFields.Offset.vlanTPID, out)
    guard cursor.word == EtherType.vlan || cursor.word == EtherType.serviceVLAN, cursor.left >= 6
    else { return }
    let inner = cursor.next
    copy(inner, 2, to: HeaderFields.Offset.innerVLANTPID, out)
    let tci = inner.big(2, UInt16.self) | vlanPresent
    out.storeBytes(
      of: tci.bigEndian, toByteOffset: HeaderFields.Offset.innerVLANTCI, as: UInt16.self)
  }

  /// Up to three entries of the label stack.
  private static func parseMPLS(
    _ cursor: inout PacketParser.Cursor, _ out: UnsafeMutableRawPointer
  ) {
    var place = HeaderFields.Offset.mplsLSE
    let end = place &+ 12
    while place < end, let entry = cursor.take(4) {
      copy(entry, 4, to: place, out)
      if entry.big(2, UInt8.self) & 1 != 0 { return }
      place &+= 4
    }
  }

  private static func parseNSH(
    _ cursor: inout PacketParser.Cursor, _ out: UnsafeMutableRawPointer
  ) {
    guard cursor.left >= 8 else { return }
    let nsh = cursor.next
    let word = nsh.big(0, UInt16.self)
    let length = Int(word & 0x3f) &* 4
    let type = nsh.big(2, UInt8.self)
    guard word >> 14 == 0, length <= cursor.left, type != 1 || length == 24,
      type != 2 || length >= 8
    else { return }
    out.storeBytes(
      of: UInt8(truncatingIfNeeded: word >> 12 & 0x3), toByteOffset: HeaderFields.Offset.nshFlags,
      as: UInt8.self)
    out.storeBytes(
      of: UInt8(truncatingIfNeeded: word >> 6 & 0x3f), toByteOffset: HeaderFields.Offset.nshTTL,
      as: UInt8.self)
    out.storeBytes(of: type, toByteOffset: HeaderFields.Offset.nshMDType, as: UInt8.self)
    copy(nsh + 3, 5, to: HeaderFields.Offset.nshNP, out)
    if type == 1 { copy(nsh + 8, 16, to: HeaderFields.Offset.nshContext, out) }
  }

  private static func parseIPv6(
    _ cursor: inout PacketParser.Cursor, _ key: FlowKey, _ out: UnsafeMutableRawPointer
  ) {
    guard let ip = cursor.take(40) else { return }
    let payload = Int(ip.big(4, UInt16.self))
    guard payload <= cursor.left else { return }
    cursor.left = payload
    var (proto, fragment) = (ip.big(6, UInt8.self), UInt8(0))
    guard PacketParser.skipExtensions(&cursor, &proto, &fragment) else { return }
    out.storeBytes(
      of: (ip.big(0, UInt32.self) & 0xfffff).bigEndian,
      toByteOffset: HeaderFields.Offset.ipv6Label, as: UInt32.self)
    guard proto == IPProtocol.icmpv6, fragment & IPFragment.later == 0 else { return }
    parseND(&cursor, out)
  }

  /// A neighbor solicitation (135) or advertisement (136), and the first link-layer addresses among
  /// its options. With two of a kind there is nothing left but the reserved bits.
  private static func parseND(
    _ cursor: inout PacketParser.Cursor, _ out: UnsafeMutableRawPointer
  ) {
    guard let header = cursor.take(8),
      header.big(0, UInt8.self) == 135 || header.big(0, UInt8.self) == 136,
      header.big(1, UInt8.self) == 0
    else { return }
    copy(header + 4, 4, to: HeaderFields.Offset.ndReserved, out)
    guard let target = cursor.take(16) else { return }
    copy(target, 16, to: HeaderFields.Offset.ndTarget, out)
    while cursor.left >= 8 {
      let option = cursor.next
      let length = Int(option.big(1, UInt8.self)) &* 8
      guard length > 0, cursor.take(length) != nil else { return }
      guard length == 8 else { continue }
      if !takeAddress(option, out) { return forgetND(out) }
    }
  }

  /// Takes a link-layer address option; false for the second of a kind.
  private static func takeAddress(
    _ option: UnsafeRawPointer, _ out: UnsafeMutableRawPointer
  ) -> Bool {
    let type = option.big(0, UInt8.self)
    guard type == 1 || type == 2 else { return true }
    let place = type == 1 ? HeaderFields.Offset.ndSLL : HeaderFields.Offset.ndTLL
    let old = UnsafeRawPointer(out) + place
    guard old.big(0, UInt32.self) == 0, old.big(4, UInt16.self) == 0 else { return false }
    copy(option + 2, 6, to: place, out)
    let known = UnsafeRawPointer(out).big(HeaderFields.Offset.ndOptionsType, UInt8.self)
    if known == 0 {
      out.storeBytes(of: type, toByteOffset: HeaderFields.Offset.ndOptionsType, as: UInt8.self)
    }
    return true
  }

  /// Target and both addresses.
  private static func forgetND(_ out: UnsafeMutableRawPointer) {
    for place in stride(from: 0, to: HeaderFields.Offset.ndReserved, by: 4) {
      out.storeBytes(of: 0, toByteOffset: place, as: UInt32.self)
    }
  }
}
