import CDPDKShim
import Glibc

/// Puts TCP segments of a burst together again (GRO), for a far end that takes long frames: a guest or a
/// host pays per packet, and many times what it costs here to see that they belong together.
///
/// **What is merged** could have come out of one long frame, and comes out of it again, byte for byte, if
/// somebody further on cuts it (`FrameSegmenter`): headers that differ in sequence numbers, lengths and
/// checksums only, and segments of one size, of which the last may be shorter. An identification that
/// must not matter (RFC 6864: no fragments) is not looked at. Checksums are right, or left to the far end:
/// nobody could tell later.
///
/// **Order**: a segment moves forward to the first one's place. So a packet of the same connection that
/// cannot be appended ends the frame; others are overtaken, which concerns nobody.
///
/// **Nothing waits**: what a burst does not have is not waited for. Bytes stay where they are: a frame is a
/// chain of buffers, and only ports that know to send one merge.
///
/// Threads: a worker's; `frames` has room for a burst.
struct SegmentMerger {
  /// A frame that begins with a packet of this burst.
  struct Frame {
    let packet: OpaquePointer
    var headers: TransportHeaders
    let key: UInt64
    /// Payload of the first segment.
    let size: Int
    var nextSequence: UInt32
    var nextIdentification: UInt16
    var isMerged = false
    var isOpen = true
  }

  /// A shorter segment does not begin a frame; nor gets one longer than an IP packet may be.
  static let shortest = 500
  static let longest = 65_000

  let far: Offloads
  let frames: UnsafeMutablePointer<Frame>
  private(set) var count = 0

  init(far: Offloads, _ frames: UnsafeMutablePointer<Frame>) {
    (self.far, self.frames) = (far, frames)
  }

  /// Takes the packet if it goes on where a frame ends, whose chain it then belongs to. Otherwise it stays
  /// the caller's, and later ones may be appended to it.
  mutating func absorb(_ packet: OpaquePointer) -> Bool {
    let length = Int(pb_mbuf_length(packet))
    if count == 0, length < SegmentMerger.shortest { return false }
    guard let segment = pb_mbuf_data(packet).map({ UnsafeRawPointer($0) }),
      let headers = TransportHeaders(segment, length: length),
      headers.proto == IPProtocol.tcp, headers.isPlain
    else { return false }
    let key = SegmentMerger.key(segment, headers)
    let isWhole =
      headers.end == length && pb_mbuf_is_shared(packet) == 0
      && pb_mbuf_offload(packet).gso_type == 0
    if let last = openFrame(key) {
      if isWhole, follows(segment, headers, last.pointee), areRight(last.pointee, packet, headers) {
        append(packet, segment, headers, &last.pointee)
        return true
      }
      last.pointee.isOpen = false
    }
    if isWhole, length >= SegmentMerger.shortest { begin(packet, segment, headers, key) }
    return false
  }

  private func openFrame(_ key: UInt64) -> UnsafeMutablePointer<Frame>? {
    var i = count
    while i > 0 {
      i &-= 1
      if frames[i].key == key, frames[i].isOpen { return frames + i }
    }
    return nil
  }

  private mutating func begin(
    _ packet: OpaquePointer, _ segment: UnsafeRawPointer, _ headers: TransportHeaders, _ key: UInt64
  ) {
    let size = headers.end &- headers.payload
    guard size > 0, headers.network <= 127,
      far.isSuperset(of: headers.isIPv6 ? [.checksum, .tcpv6] : [.checksum, .tcpv4]),
      headers.isIPv6 || headers.transport &- headers.network == 20,
      segment.load(fromByteOffset: headers.transport &+ 13, as: UInt8.self) == SegmentMerger.ack
    else { return }
    frames[count] = Frame(
      packet: packet, headers: headers, key: key, size: size,
      nextSequence: segment.big(headers.transport &+ 4, UInt32.self) &+ UInt32(size),
      nextIdentification: segment.big(headers.network &+ 4, UInt16.self) &+ 1)
    count &+= 1
  }

  private func append(
    _ packet: OpaquePointer, _ segment: UnsafeRawPointer, _ headers: TransportHeaders,
    _ frame: inout Frame
  ) {
    let size = headers.end &- headers.payload
    let isPushed =
      segment.load(fromByteOffset: headers.transport &+ 13, as: UInt8.self) & SegmentMerger.push
      != 0
    _ = pb_mbuf_remove_head(packet, UInt16(truncatingIfNeeded: headers.payload))
    pb_mbuf_chain(frame.packet, packet)
    frame.headers.grow(by: size)
    frame.nextSequence &+= UInt32(size)
    frame.nextIdentification &+= 1
    frame.isMerged = true
    if isPushed { push(frame) }
    frame.isOpen = size == frame.size && !isPushed
  }

  /// The flag that the last segment had.
  private func push(_ frame: Frame) {
    guard let data = pb_mbuf_data(frame.packet) else { return }
    data[frame.headers.transport &+ 13] |= SegmentMerger.push
  }

  /// Writes what the headers of a merged frame say of its length.
  static func finish(_ frame: Frame) {
    guard let data = pb_mbuf_data(frame.packet) else { return }
    let ip = UnsafeMutableRawPointer(data) + frame.headers.network
    let length = UInt16(truncatingIfNeeded: frame.headers.end &- frame.headers.network)
    if frame.headers.isIPv6 {
      return ip.storeBytes(of: (length &- 40).bigEndian, toByteOffset: 4, as: UInt16.self)
    }
    ip.storeBytes(of: length.bigEndian, toByteOffset: 2, as: UInt16.self)
    ip.storeBytes(of: 0, toByteOffset: 10, as: UInt16.self)
    var sum = OnesComplementSum()
    sum.add(ip, 20)
    ip.storeBytes(of: sum.checksum, toByteOffset: 10, as: UInt16.self)
  }
}

// MARK: What belongs together

extension SegmentMerger {
  private static let ack: UInt8 = 0x10
  private static let push: UInt8 = 0x08

  /// The same for packets of a connection; mostly another one for those of another.
  private static func key(_ segment: UnsafeRawPointer, _ headers: TransportHeaders) -> UInt64 {
    let addresses = segment.loadUnaligned(
      fromByteOffset: headers.transport &- 8, as: UInt64.self)
    let ports = segment.loadUnaligned(fromByteOffset: headers.transport, as: UInt32.self)
    return addresses ^ UInt64(ports) &* 0x9e37_79b9_7f4a_7c15
  }

  /// Whether a segment has the frame's headers and its next bytes.
  private func follows(
    _ segment: UnsafeRawPointer, _ headers: TransportHeaders, _ frame: Frame
  ) -> Bool {
    let size = headers.end &- headers.payload
    guard let start = pb_mbuf_data(frame.packet).map({ UnsafeRawPointer($0) }),
      headers.isIPv6 == frame.headers.isIPv6, headers.network == frame.headers.network,
      headers.transport == frame.headers.transport, headers.payload == frame.headers.payload,
      size > 0, size <= frame.size, frame.headers.end &+ size <= SegmentMerger.longest,
      segment.big(headers.transport &+ 4, UInt32.self) == frame.nextSequence
    else { return false }
    func same(_ range: Range<Int>) -> Bool {
      memcmp(segment + range.lowerBound, start + range.lowerBound, range.count) == 0
    }
    let (ip, tcp) = (headers.network, headers.transport)
    // The flags' byte: an acknowledgement, that may be pushed.
    let flags = segment.load(fromByteOffset: tcp &+ 13, as: UInt8.self) & ~SegmentMerger.push
    guard flags == SegmentMerger.ack, same(0..<ip), same(tcp..<tcp &+ 4),
      same(tcp &+ 8..<tcp &+ 13), same(tcp &+ 14..<tcp &+ 16), same(tcp &+ 18..<headers.payload)
    else { return false }
    if headers.isIPv6 { return same(ip..<ip &+ 4) && same(ip &+ 6..<ip &+ 40) }
    return same(ip..<ip &+ 2) && same(ip &+ 6..<ip &+ 10) && same(ip &+ 12..<ip &+ 20)
      && isIdentified(segment, headers, frame)
  }

  /// Whether an IPv4 packet's identification is the next, or cannot matter: it may not be fragmented.
  private func isIdentified(
    _ segment: UnsafeRawPointer, _ headers: TransportHeaders, _ frame: Frame
  ) -> Bool {
    segment.load(fromByteOffset: headers.network &+ 6, as: UInt8.self) & 0x40 != 0
      || segment.big(headers.network &+ 4, UInt16.self) == frame.nextIdentification
  }

  /// Whether the checksums of a packet are right, and those of the frame's first one, which nobody looked at
  /// while there was nothing to append.
  private func areRight(
    _ frame: Frame, _ packet: OpaquePointer, _ headers: TransportHeaders
  ) -> Bool {
    (frame.isMerged || isRight(frame.packet, frame.headers)) && isRight(packet, headers)
  }

  /// That of TCP may be left to others, or have been found good.
  private func isRight(_ packet: OpaquePointer, _ headers: TransportHeaders) -> Bool {
    guard let segment = pb_mbuf_data(packet).map({ UnsafeRawPointer($0) }) else { return false }
    if !headers.isIPv6 {
      var sum = OnesComplementSum()
      sum.add(segment + headers.network, headers.transport &- headers.network)
      guard sum.checksum == 0 else { return false }
    }
    if pb_mbuf_offload(packet).flags != 0 || pb_mbuf_checksum_is_good(packet) != 0 { return true }
    var sum = headers.pseudoSum(segment, length: headers.end &- headers.transport)
    sum.add(segment + headers.transport, headers.end &- headers.transport)
    return sum.checksum == 0
  }
}
