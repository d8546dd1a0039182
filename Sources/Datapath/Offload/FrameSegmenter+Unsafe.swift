import CDPDKShim

/// Cuts a long TCP or UDP packet (up to 64 KiB) into frames for a wire, with checksums computed anew: what
/// a sender left to hardware, where there is none.
///
/// A segmenter reads the long frame in place and writes one segment at a time, because a burst may
/// be full in the middle of a frame. Every offset was checked against the frame's length when its
/// `TransportHeaders` were made; the segment's length is compared with the buffer's room when it is
/// written.
struct FrameSegmenter {
  private let frame: UnsafeRawPointer
  private let length: Int
  private let headers: TransportHeaders
  /// Payload bytes per segment.
  private let size: Int
  private let vlan: pb_vlan
  private var next: Int
  private var index = 0

  /// Whether segments are left.
  var isActive: Bool { next < length }

  /// Datagrams may be shorter, if they are few.
  static let leastSize = Int(PB_LEAST_SEGMENT)
  static let fewDatagrams = 128

  /// An inactive one.
  init() {
    frame = UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped
    (length, next, size) = (0, 0, 1)
    headers = .none
    vlan = pb_vlan()
  }

  /// Nil when the frame is none that can be cut into such segments. A tag is put into each segment
  /// unless its `tpid` is 0.
  init?(_ frame: UnsafeRawPointer, length: Int, size: Int, vlan: pb_vlan = pb_vlan()) {
    guard let headers = TransportHeaders(frame, length: length) else { return nil }
    self.init(frame, length: length, headers, size: size, vlan: vlan)
  }

  /// The same for headers of this frame.
  init?(
    _ frame: UnsafeRawPointer, length: Int, _ headers: TransportHeaders, size: Int,
    vlan: pb_vlan = pb_vlan()
  ) {
    let rest = length &- headers.payload
    guard headers.end == length, rest > 0, size > 0,
      size >= FrameSegmenter.leastSize
        || headers.proto == IPProtocol.udp && rest <= size &* FrameSegmenter.fewDatagrams,
      headers.proto == IPProtocol.tcp || headers.proto == IPProtocol.udp
    else { return nil }
    (self.frame, self.length, self.headers) = (frame, length, headers)
    (self.size, self.vlan, next) = (size, vlan, headers.payload)
  }
}

// MARK: Writing segments

extension FrameSegmenter {
  /// Length of the next segment, tag included.
  var nextLength: Int { headers.payload &+ min(size, length &- next) &+ (vlan.tpid == 0 ? 0 : 4) }

  /// Writes the next segment, tag included; its length, or 0 (and nothing is left) when `room` is
  /// too small for it.
  mutating func writeNext(into buffer: UnsafeMutableRawPointer, room: Int) -> Int {
    let chunk = min(size, length &- next)
    let tag = vlan.tpid == 0 ? 0 : 4
    let payload = headers.payload
    let total = payload &+ chunk &+ tag
    guard total <= room else {
      next = length
      return 0
    }
    FrameSegmenter.copy(frame, payload, vlan, into: buffer)
    let start = buffer + tag
    (start + payload).copyMemory(from: frame + next, byteCount: chunk)
    finishNetworkHeader(start + headers.network, length: payload &+ chunk &- headers.network)
    finishTransportHeader(
      start, length: payload &+ chunk &- headers.transport, isLast: next &+ chunk == length)
    next &+= chunk
    index &+= 1
    return total
  }

  private func finishNetworkHeader(_ ip: UnsafeMutableRawPointer, length: Int) {
    if headers.isIPv6 {
      ip.storeBytes(
        of: UInt16(truncatingIfNeeded: length &- 40).bigEndian, toByteOffset: 4, as: UInt16.self)
      return
    }
    let id = UInt16(bigEndian: ip.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
    ip.storeBytes(
      of: UInt16(truncatingIfNeeded: length).bigEndian, toByteOffset: 2, as: UInt16.self)
    ip.storeBytes(
      of: (id &+ UInt16(truncatingIfNeeded: index)).bigEndian, toByteOffset: 4, as: UInt16.self)
    ip.storeBytes(of: 0, toByteOffset: 10, as: UInt16.self)
    var sum = OnesComplementSum()
    sum.add(ip, headers.transport &- headers.network)
    ip.storeBytes(of: sum.checksum, toByteOffset: 10, as: UInt16.self)
  }

  /// TCP: the sequence number advances, FIN and PSH belong to the last segment, CWR to the first.
  private func finishTransportHeader(_ start: UnsafeMutableRawPointer, length: Int, isLast: Bool) {
    let header = start + headers.transport
    if headers.proto == IPProtocol.tcp {
      let sequence = UInt32(bigEndian: header.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
      header.storeBytes(
        of: (sequence &+ UInt32(truncatingIfNeeded: index &* size)).bigEndian, toByteOffset: 4,
        as: UInt32.self)
      var flags = header.load(fromByteOffset: 13, as: UInt8.self)
      if !isLast { flags &= ~0x09 }
      if index != 0 { flags &= ~0x80 }
      header.storeBytes(of: flags, toByteOffset: 13, as: UInt8.self)
    } else {
      header.storeBytes(
        of: UInt16(truncatingIfNeeded: length).bigEndian, toByteOffset: 4, as: UInt16.self)
    }
    let field = headers.checksumOffset
    header.storeBytes(of: 0, toByteOffset: field, as: UInt16.self)
    var sum = headers.pseudoSum(start, length: length)
    sum.add(header, length)
    header.storeBytes(of: sum.nonZeroChecksum, toByteOffset: field, as: UInt16.self)
  }

  /// Copies a frame of at least 14 bytes and puts the tag back that the kernel took out. The caller
  /// vouches for the room.
  @inline(__always)
  static func copy(
    _ frame: UnsafeRawPointer, _ length: Int, _ vlan: pb_vlan, into buffer: UnsafeMutableRawPointer
  ) {
    if vlan.tpid == 0 {
      buffer.copyMemory(from: frame, byteCount: length)
      return
    }
    buffer.copyMemory(from: frame, byteCount: 12)
    buffer.storeBytes(of: vlan.tpid.bigEndian, toByteOffset: 12, as: UInt16.self)
    buffer.storeBytes(of: vlan.tci.bigEndian, toByteOffset: 14, as: UInt16.self)
    (buffer + 16).copyMemory(from: frame + 12, byteCount: length &- 12)
  }

  /// Completes a checksum whose field holds the pseudo-header's sum: everything from `start` to the
  /// end is covered. False when the field lies outside of the frame.
  static func completeChecksum(
    _ frame: UnsafeMutableRawPointer, length: Int, start: Int, offset: Int
  ) -> Bool {
    guard start &+ offset &+ 2 <= length else { return false }
    var sum = OnesComplementSum()
    sum.add(frame + start, length &- start)
    frame.storeBytes(of: sum.nonZeroChecksum, toByteOffset: start &+ offset, as: UInt16.self)
    return true
  }
}
