import CDPDKShim

/// Makes long frames of the segments in a transmit buffer whose requests are settled (worker's thread), if
/// the far end takes such frames. See `SegmentMerger`.
extension WorkerPort {
  /// The packets that are left of `count`.
  @inline(never)
  mutating func mergeSegments(_ count: Int) -> Int {
    let far = farOffloads
    guard count > 1, let merging, far.contains(.checksum), !far.isDisjoint(with: [.tcpv4, .tcpv6])
    else { return count }
    var merger = SegmentMerger(far: far, merging)
    var kept = 0
    for i in 0..<count {
      let packet = transmit[i].unsafelyUnwrapped
      let length = pb_mbuf_packet_length(packet)
      if merger.absorb(packet) {
        merged &+= 1
        txBytes &-= UInt64(length &- pb_mbuf_length(packet))
      } else {
        transmit[kept] = packet
        kept &+= 1
      }
    }
    if kept < count { finish(merger) }
    return kept
  }

  private mutating func finish(_ merger: SegmentMerger) {
    for i in 0..<merger.count where merger.frames[i].isMerged {
      let frame = merger.frames[i]
      SegmentMerger.finish(frame)
      // No driver is asked: ports that merge take what they say they take.
      _ = handOver(frame.packet, frame.headers, size: UInt32(truncatingIfNeeded: frame.size))
    }
  }
}
