import CDPDKShim

/// Settles the requests of a transmit buffer (worker's thread): packets that the far end finishes are
/// handed over, the others are finished here. See `Offloads`.
///
/// One packet may become a thousand, so the buffer's packets step aside and come back one by one; each
/// time the buffer is full it is sent. Their order stays.
extension WorkerPort {
  @inline(never)
  mutating func settleRequests() {
    let count = transmitCount
    guard pb_any_request(transmit, UInt32(truncatingIfNeeded: count)) != 0 else { return }
    let far = farOffloads
    asking.update(from: transmit, count: count)
    transmitCount = 0
    for i in 0..<count {
      let packet = asking[i].unsafelyUnwrapped
      if pb_mbuf_has_request(packet) == 0 { append(packet) } else { settle(packet, far) }
    }
  }

  /// Puts a packet into the transmit buffer, whose bytes were counted.
  @inline(__always)
  private mutating func append(_ packet: OpaquePointer) {
    if transmitCount == WorkerPort.burst { flushSettled() }
    transmit[transmitCount] = packet
    transmitCount &+= 1
  }

  /// What the port's far end does by itself, now.
  var farOffloads: Offloads {
    mutating get {
      switch kind {
      case .ethdev: ethdevOffloads
      case .vhost:
        device?.assumingMemoryBound(to: VhostDevice.self).pointee.offloads ?? []
      case .tap: device?.assumingMemoryBound(to: TapDevice.self).pointee.offloads ?? []
      case .packetSocket: .packetSocket
      case .dummy: []
      }
    }
  }

  private mutating func settle(_ packet: OpaquePointer, _ far: Offloads) {
    guard pb_mbuf_segments(packet) == 1, let data = pb_mbuf_data(packet),
      let headers = TransportHeaders(data, length: Int(pb_mbuf_length(packet)))
    else { return refuse(packet) }
    let size = Int(pb_mbuf_segment_size(packet))
    let isLong = size > 0 && headers.end &- headers.payload > size
    guard !isLong else { return settleLong(packet, data, headers, size, far) }
    guard let own = owned(packet), let data = pb_mbuf_data(own) else { return }
    if far.takes(headers, isLong: false), let packet = handOver(own, headers, size: 0) {
      return append(packet)
    }
    headers.completeChecksum(data)
    pb_mbuf_request_done(own)
    checksums &+= 1
    append(own)
  }

  private mutating func settleLong(
    _ packet: OpaquePointer, _ data: UnsafeMutablePointer<UInt8>, _ headers: TransportHeaders,
    _ size: Int, _ far: Offloads
  ) {
    let length = Int(pb_mbuf_length(packet))
    guard
      let segmenter = FrameSegmenter(data, length: length, headers, size: size)
    else { return refuse(packet) }
    // Who cuts a packet with CWR in hardware must know to keep it to the first segment; not all do.
    let isReduced = headers.proto == IPProtocol.tcp && data[headers.transport &+ 13] & 0x80 != 0
    if !isReduced, far.takes(headers, isLong: true) {
      guard let own = owned(packet) else { return }
      if let packet = handOver(own, headers, size: UInt32(truncatingIfNeeded: size)) {
        return append(packet)
      }
      return cut(own, segmenter)
    }
    cut(packet, segmenter)
  }

  /// The packet, or a copy if somebody else holds it, too; nil, and counted, when there is no memory.
  private mutating func owned(_ packet: OpaquePointer) -> OpaquePointer? {
    guard pb_mbuf_is_shared(packet) != 0 else { return packet }
    let copy = pb_mbuf_copy(packet)
    if copy == nil { lose(pb_mbuf_packet_length(packet), .noBuffer) }
    pb_mbuf_free(packet)
    return copy
  }

  private mutating func refuse(_ packet: OpaquePointer) {
    lose(pb_mbuf_packet_length(packet), .txInvalidOffload)
    pb_mbuf_free(packet)
  }

  private mutating func lose(_ bytes: UInt32, _ reason: DropReason) {
    txBytes &-= UInt64(bytes)
    count(reason)
  }

  /// Leaves the packet to who sends it; nil, and nothing has changed, if a driver cannot.
  mutating func handOver(
    _ packet: OpaquePointer, _ headers: TransportHeaders, size: UInt32
  ) -> OpaquePointer? {
    guard headers.network <= 127, let data = pb_mbuf_data(packet) else { return nil }
    var places = pb_places(
      network: UInt16(truncatingIfNeeded: headers.network),
      transport: UInt16(truncatingIfNeeded: headers.transport),
      payload: UInt16(truncatingIfNeeded: headers.payload), is_ipv6: headers.isIPv6 ? 1 : 0,
      protocol: headers.proto)
    // Drivers have ideas of their own about the sum, and librte_vhost about that of short packets.
    if kind != .ethdev { headers.prepareChecksum(data) }
    pb_mbuf_hand_over(packet, &places, size)
    switch kind {
    case .ethdev:
      if !ethdevOffloads.contains(.ipChecksum) { pb_mbuf_keep_ip_checksum(packet) }
      if pb_tx_prepare(ethdev, transmitQueue, packet) != 0 { return packet }
      pb_mbuf_take_back(packet)
      return nil
    case .vhost, .tap, .packetSocket, .dummy: return packet
    }
  }

  /// Sends the packet as segments, and frees it.
  private mutating func cut(_ packet: OpaquePointer, _ segmenter: FrameSegmenter) {
    var segmenter = segmenter
    txBytes &-= UInt64(pb_mbuf_packet_length(packet))
    segmented &+= 1
    while segmenter.isActive {
      guard
        let segment = pb_mbuf_alloc_long(
          pb_mbuf_pool(packet), UInt32(truncatingIfNeeded: segmenter.nextLength)),
        let data = pb_mbuf_data(segment)
      else {
        // The rest would not fare better.
        count(.noBuffer)
        break
      }
      let length = segmenter.writeNext(into: data, room: Int(pb_mbuf_tailroom(segment)))
      pb_mbuf_set_length(segment, UInt32(truncatingIfNeeded: length))
      txBytes &+= UInt64(truncatingIfNeeded: length)
      append(segment)
    }
    pb_mbuf_free(packet)
  }
}
