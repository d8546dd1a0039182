import CDPDKShim

/// Copies for the control side (worker's thread), which is no hardware: it gets what would be on a wire.
extension Worker {
  /// Gives the control side a copy of a packet, if there is room for one.
  @inline(never)
  mutating func punt(_ packet: OpaquePointer, _ number: UInt32, _ port: WorkerPortPointer?) {
    let inPort = port?.pointee.number ?? 0
    let isDone =
      pb_mbuf_has_request(packet) == 0
      ? punts.pointee.punt(packet, number, inPort) : puntFinished(packet, number, inPort)
    if !isDone { count(.userspaceActionError, port) }
    // Some of the segments may have found room.
    if isDone || pb_mbuf_has_request(packet) != 0 { puntBell.pointee.ring() }
  }

  /// The same for a packet with a request: its segments, or itself with its checksum. False when not all
  /// found room, or when the request is a bad one.
  private mutating func puntFinished(
    _ packet: OpaquePointer, _ number: UInt32, _ inPort: PortNumber
  ) -> Bool {
    guard let data = pb_mbuf_data(packet), pb_mbuf_segments(packet) == 1,
      let headers = TransportHeaders(data, length: Int(pb_mbuf_length(packet)))
    else { return false }
    let length = Int(pb_mbuf_length(packet))
    let size = Int(pb_mbuf_segment_size(packet))
    guard size > 0, headers.end &- headers.payload > size else {
      let captured = min(UInt32(truncatingIfNeeded: length), PuntRing.maxCaptured)
      guard let bytes = punts.pointee.reserve(captured, number, inPort) else { return false }
      pb_mbuf_gather(packet, bytes, captured)
      headers.completeChecksum(bytes)
      punts.pointee.publish(captured, inPort)
      return true
    }
    guard var segmenter = FrameSegmenter(data, length: length, headers, size: size) else {
      return false
    }
    while segmenter.isActive {
      let captured = UInt32(truncatingIfNeeded: segmenter.nextLength)
      guard let bytes = punts.pointee.reserve(captured, number, inPort) else { return false }
      _ = segmenter.writeNext(into: bytes, room: Int(captured))
      punts.pointee.publish(captured, inPort)
    }
    return true
  }

  /// Completes the checksum of a packet that is nobody else's; its request is done with.
  mutating func completeChecksum(_ packet: OpaquePointer) {
    if let data = pb_mbuf_data(packet),
      let headers = TransportHeaders(data, length: Int(pb_mbuf_length(packet)))
    {
      headers.completeChecksum(data)
    }
    pb_mbuf_request_done(packet)
  }
}
