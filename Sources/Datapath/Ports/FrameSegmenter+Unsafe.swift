import CDPDKShim

/// Turns what the kernel hands over unfinished into frames that may appear on a wire.
///
/// A local stack behind a veth leaves two things to the "hardware", which is us: the checksum of the
/// transport header, of which the field holds the pseudo-header's sum only, and the cutting of long
/// TCP or UDP packets (up to 64 KiB) into segments. The rest of the switch must see neither, since
/// it may send the packet anywhere. `struct virtio_net_hdr` says what is left to do.
///
/// A segmenter reads the long frame in place and writes one segment at a time, because a burst may
/// be full in the middle of a frame. Every offset is checked against the frame's length once, in
/// `init`; the segment's length against the buffer's room when it is written.
struct FrameSegmenter {
  private let frame: UnsafeRawPointer
  private let length: Int
  /// Where the network and transport headers start, and where the payload does.
  private let network: Int
  private let transport: Int
  private let payload: Int
  private let isIPv6: Bool
  private let isTCP: Bool
  /// Payload bytes per segment.
  private let size: Int
  private let vlan: pb_vlan
  private var next: Int
  private var index = 0

  /// Whether segments are left.
  var isActive: Bool { next < length }

  /// An inactive one.
  init() {
    self.init(
      frame: UnsafeRawPointer(bitPattern: 16).unsafelyUnwrapped, length: 0, network: 0,
      transport: 0, payload: 0, isIPv6: false, isTCP: false, size: 1, vlan: pb_vlan())
  }

  /// Nil when the frame is not what `offload` says it is.
  init?(
    _ frame: UnsafeRawPointer, length: Int, offload: pb_offload, vlan: pb_vlan
  ) {
    let transport = Int(offload.checksum_start)
    guard offload.flags & OffloadFlags.needsChecksum != 0, offload.gso_size > 0,
      let network = FrameSegmenter.networkOffset(frame, length: length),
      transport + 20 <= length
        || offload.gso_type == OffloadFlags.udpSegmentation
          && transport + 8 <= length
    else { return nil }
    let isTCP: Bool
    let isIPv6 = frame.load(fromByteOffset: network, as: UInt8.self) >> 4 == 6
    switch offload.gso_type & ~OffloadFlags.ecn {
    case OffloadFlags.tcpv4 where !isIPv6, OffloadFlags.tcpv6 where isIPv6: isTCP = true
    case OffloadFlags.udpSegmentation: isTCP = false
    default: return nil
    }
    let header =
      isTCP ? Int(frame.load(fromByteOffset: transport + 12, as: UInt8.self) >> 4) * 4 : 8
    let least = isIPv6 ? 40 : 20
    guard transport - network >= least, header >= (isTCP ? 20 : 8), transport + header < length,
      isIPv6
        || transport - network
          == Int(frame.load(fromByteOffset: network, as: UInt8.self) & 15) * 4
    else { return nil }
    self.init(
      frame: frame, length: length, network: network, transport: transport,
      payload: transport + header, isIPv6: isIPv6, isTCP: isTCP, size: Int(offload.gso_size),
      vlan: vlan)
  }

  private init(
    frame: UnsafeRawPointer, length: Int, network: Int, transport: Int, payload: Int,
    isIPv6: Bool, isTCP: Bool, size: Int, vlan: pb_vlan
  ) {
    (self.frame, self.length, self.network, self.transport) = (frame, length, network, transport)
    (self.payload, self.isIPv6, self.isTCP, self.size) = (payload, isIPv6, isTCP, size)
    (self.vlan, self.next) = (vlan, payload)
  }

  /// Behind the Ethertype that is no tag; nil when there is no IP header of the least length.
  private static func networkOffset(_ frame: UnsafeRawPointer, length: Int) -> Int? {
    var offset = 14
    while offset + 20 <= length {
      switch UInt16(bigEndian: frame.loadUnaligned(fromByteOffset: offset - 2, as: UInt16.self)) {
      case 0x8100, 0x88a8: offset += 4
      case 0x0800: return offset
      case 0x86dd: return offset + 40 <= length ? offset : nil
      default: return nil
      }
    }
    return nil
  }
}

// MARK: Writing segments

extension FrameSegmenter {
  /// Length of the next segment, tag included.
  var nextLength: Int { payload &+ min(size, length &- next) &+ (vlan.tpid == 0 ? 0 : 4) }

  /// Writes the next segment, tag included; its length, or 0 (and nothing is left) when `room` is
  /// too small for it.
  mutating func writeNext(into buffer: UnsafeMutableRawPointer, room: Int) -> Int {
    let chunk = min(size, length &- next)
    let tag = vlan.tpid == 0 ? 0 : 4
    let total = payload &+ chunk &+ tag
    guard total <= room else {
      next = length
      return 0
    }
    FrameSegmenter.copy(frame, payload, vlan, into: buffer)
    let start = buffer + tag
    (start + payload).copyMemory(from: frame + next, byteCount: chunk)
    finishNetworkHeader(start + network, length: payload &+ chunk &- network)
    finishTransportHeader(
      start, length: payload &+ chunk &- transport, isLast: next &+ chunk == length)
    next &+= chunk
    index &+= 1
    return total
  }

  private func finishNetworkHeader(_ ip: UnsafeMutableRawPointer, length: Int) {
    if isIPv6 {
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
    sum.add(ip, transport &- network)
    ip.storeBytes(of: sum.checksum, toByteOffset: 10, as: UInt16.self)
  }

  /// TCP: the sequence number advances, FIN and PSH belong to the last segment, CWR to the first.
  private func finishTransportHeader(_ start: UnsafeMutableRawPointer, length: Int, isLast: Bool) {
    let header = start + transport
    if isTCP {
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
    let field = isTCP ? 16 : 6
    header.storeBytes(of: 0, toByteOffset: field, as: UInt16.self)
    var sum = OnesComplementSum()
    sum.add(start + network + (isIPv6 ? 8 : 12), isIPv6 ? 32 : 8)
    sum.add(isTCP ? 6 : 17)
    sum.add(length)
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

/// Values of `struct virtio_net_hdr` (the virtio specification, 5.1.6).
enum OffloadFlags {
  static let needsChecksum: UInt8 = 1
  static let tcpv4: UInt8 = 1
  static let tcpv6: UInt8 = 4
  static let udpSegmentation: UInt8 = 5
  static let ecn: UInt8 = 0x80
}
