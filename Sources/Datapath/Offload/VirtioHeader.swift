import CDPDKShim

/// What the kernel says before a frame of a tap or packet socket (`struct virtio_net_hdr`; the virtio
/// specification, 5.1.6), as a request in the packet's buffer. The other direction is
/// `pb_mbuf_offload`.
extension pb_offload {
  static let needsChecksum: UInt8 = 1
  static let isValid: UInt8 = 2
  static let tcpv4: UInt8 = 1
  static let tcpv6: UInt8 = 4
  static let udp: UInt8 = 5
  static let ecn: UInt8 = 0x80

  /// Leaves the request in a packet's buffer; a checksum that is not the packet's own (that of a packet
  /// in a tunnel) is completed at once. False when the packet is not what is said of it. `shift`: bytes
  /// that came to the front since.
  func leave(in packet: OpaquePointer, shift: Int = 0) -> Bool {
    guard flags & pb_offload.needsChecksum != 0 else {
      if flags & pb_offload.isValid != 0 { pb_mbuf_note_good_checksum(packet) }
      return gso_type == 0
    }
    guard let frame = pb_mbuf_data(packet) else { return false }
    let (start, length) = (Int(checksum_start) &+ shift, Int(pb_mbuf_length(packet)))
    guard let headers = TransportHeaders(frame, length: length), headers.transport == start,
      headers.checksumOffset == Int(checksum_offset)
    else {
      return gso_type == 0
        && FrameSegmenter.completeChecksum(
          frame, length: length, start: start, offset: Int(checksum_offset))
    }
    if gso_type != 0 {
      guard isSegmentation(headers),
        FrameSegmenter(frame, length: length, headers, size: Int(gso_size)) != nil
      else { return false }
    }
    pb_mbuf_request(packet, gso_type == 0 ? 0 : UInt32(gso_size))
    pb_requests_note()
    return true
  }

  /// Whether packets with these headers can be cut as is said.
  func isSegmentation(_ headers: TransportHeaders) -> Bool {
    switch gso_type & ~pb_offload.ecn {
    case pb_offload.tcpv4: headers.proto == IPProtocol.tcp && !headers.isIPv6
    case pb_offload.tcpv6: headers.proto == IPProtocol.tcp && headers.isIPv6
    case pb_offload.udp: headers.proto == IPProtocol.udp
    default: false
    }
  }
}
