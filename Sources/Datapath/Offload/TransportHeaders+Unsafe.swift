import CDPDKShim

/// Where a frame's TCP, UDP or SCTP header is, for whoever has to complete its checksum.
///
/// Safety: made from the frame's bytes only, every read behind a length check; once it is made, all
/// offsets lie within the frame: `network < transport < payload <= end <= length`.
struct TransportHeaders {
  private(set) var network = 0
  private(set) var transport = 0
  private(set) var payload = 0
  /// Of the IP packet; padding follows.
  private(set) var end = 0
  private(set) var isIPv6 = false
  private(set) var proto: UInt8 = 0
  /// Nothing but tags before the IP header and nothing between it and the transport header that drivers
  /// or guests may not know.
  private(set) var isPlain = true

  static let none = TransportHeaders()
  private init() {}

  /// Nil when there is none, or only a piece of a packet, or when lengths contradict each other.
  init?(_ frame: UnsafeRawPointer, length: Int) {
    var cursor = PacketParser.Cursor(next: frame, left: length)
    guard var type = TransportHeaders.etherType(&cursor) else { return nil }
    while type != EtherType.ipv4, type != EtherType.ipv6 {
      guard let inner = skip(type, &cursor) else { return nil }
      isPlain = false
      type = inner
    }
    network = length &- cursor.left
    isIPv6 = type == EtherType.ipv6
    guard isIPv6 ? findIPv6(&cursor) : findIPv4(&cursor) else { return nil }
    transport = length &- cursor.left
    end = transport &+ remaining
    guard let header = headerLength(cursor.next) else { return nil }
    payload = transport &+ header
    guard payload <= end else { return nil }
  }

  /// For a packet to which more was appended.
  mutating func grow(by bytes: Int) { end &+= bytes }

  /// Bytes of the IP packet behind the network headers: not more than the frame has.
  private var remaining = 0

  // MARK: Below IP

  private static func etherType(_ cursor: inout PacketParser.Cursor) -> UInt16? {
    guard cursor.take(12) != nil else { return nil }
    while cursor.left >= 6, cursor.isAtTag { _ = cursor.take(4) }
    return cursor.left >= 2 ? PacketParser.parseEtherType(&cursor) : nil
  }

  /// Skips MPLS labels or a network service header; what follows.
  private func skip(_ type: UInt16, _ cursor: inout PacketParser.Cursor) -> UInt16? {
    switch type {
    case EtherType.mpls, EtherType.mplsMulticast:
      while let entry = cursor.take(4) {
        guard entry.big(2, UInt8.self) & 1 != 0 else { continue }
        guard cursor.left > 0 else { return nil }
        let version = cursor.next.big(0, UInt8.self) >> 4
        return version == 4 ? EtherType.ipv4 : version == 6 ? EtherType.ipv6 : nil
      }
      return nil
    case EtherType.nsh:
      guard cursor.left >= 8 else { return nil }
      let (length, next) = (cursor.next.big(1, UInt8.self), cursor.next.big(3, UInt8.self))
      guard length & 0x3f >= 2, cursor.take(Int(length & 0x3f) &* 4) != nil else { return nil }
      switch next {
      case 1: return EtherType.ipv4
      case 2: return EtherType.ipv6
      case 3: return TransportHeaders.etherType(&cursor)
      default: return nil
      }
    default: return nil
    }
  }

  // MARK: IP

  private mutating func findIPv4(_ cursor: inout PacketParser.Cursor) -> Bool {
    guard cursor.left >= 20 else { return false }
    let ip = cursor.next
    let header = Int(ip.big(0, UInt8.self) & 15) &* 4
    let total = Int(ip.big(2, UInt16.self))
    proto = ip.big(9, UInt8.self)
    remaining = total &- header
    // No fragment: neither more of them nor an offset.
    return ip.big(0, UInt8.self) >> 4 == 4 && ip.big(6, UInt16.self) & 0x3fff == 0 && header >= 20
      && total <= cursor.left && header <= total && cursor.take(header) != nil
  }

  private mutating func findIPv6(_ cursor: inout PacketParser.Cursor) -> Bool {
    guard let ip = cursor.take(40) else { return false }
    proto = ip.big(6, UInt8.self)
    remaining = Int(ip.big(4, UInt16.self))
    guard ip.big(0, UInt8.self) >> 4 == 6, remaining <= cursor.left else { return false }
    while proto == IPProtocol.hopByHop || proto == IPProtocol.destination
      || proto == IPProtocol.routing
    {
      guard cursor.left >= 8 else { return false }
      let header = cursor.next
      // Checksums cover the last destination, which a routing header that is still in use has.
      if proto == IPProtocol.routing, header.big(3, UInt8.self) != 0 { return false }
      let length = (Int(header.big(1, UInt8.self)) &+ 1) &* 8
      proto = header.big(0, UInt8.self)
      guard length <= remaining, cursor.take(length) != nil else { return false }
      remaining &-= length
      isPlain = false
    }
    return true
  }

  private func headerLength(_ header: UnsafeRawPointer) -> Int? {
    switch proto {
    case IPProtocol.tcp:
      guard remaining >= 20 else { return nil }
      let length = Int(header.big(12, UInt8.self) >> 4) &* 4
      return length >= 20 ? length : nil
    case IPProtocol.udp: return remaining >= 8 ? 8 : nil
    case IPProtocol.sctp: return remaining >= 12 ? 12 : nil
    default: return nil
    }
  }
}

// MARK: Checksums

extension TransportHeaders {
  /// Where the checksum's field is, behind the transport header's start.
  var checksumOffset: Int {
    proto == IPProtocol.tcp ? 16 : proto == IPProtocol.udp ? 6 : 8
  }

  /// The sum of the pseudo-header of a packet whose transport part has `length` bytes.
  @inline(__always)
  func pseudoSum(_ frame: UnsafeRawPointer, length: Int) -> OnesComplementSum {
    var sum = OnesComplementSum()
    sum.add(frame + (network &+ (isIPv6 ? 8 : 12)), isIPv6 ? 32 : 8)
    sum.add(Int(proto))
    sum.add(length)
    return sum
  }

  /// Computes the checksum of the frame that this was made from.
  func completeChecksum(_ frame: UnsafeMutableRawPointer) {
    let field = frame + (transport &+ checksumOffset)
    let length = end &- transport
    if proto == IPProtocol.sctp {
      field.storeBytes(of: 0, as: UInt32.self)
      let crc = pb_crc32c(frame + transport, UInt32(truncatingIfNeeded: length))
      return field.storeBytes(of: crc, as: UInt32.self)
    }
    field.storeBytes(of: 0, as: UInt16.self)
    var sum = pseudoSum(frame, length: length)
    sum.add(frame + transport, length)
    field.storeBytes(of: sum.nonZeroChecksum, as: UInt16.self)
  }

  /// Stores the pseudo-header's sum, to which others will add the rest.
  func prepareChecksum(_ frame: UnsafeMutableRawPointer) {
    let sum = pseudoSum(frame, length: end &- transport)
    frame.storeBytes(of: ~sum.checksum, toByteOffset: transport &+ checksumOffset, as: UInt16.self)
  }
}
