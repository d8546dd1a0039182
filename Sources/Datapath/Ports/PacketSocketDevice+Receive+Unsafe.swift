import CDPDKShim

/// Receiving: from the ring's slots, from the socket's queue of long frames, and from a long frame
/// that is being cut into segments. All lengths that the kernel writes are checked against the slot.
extension PacketSocketDevice {
  @inline(never)
  mutating func receive(into packets: PacketList, max: Int, pool: OpaquePointer) -> Int {
    var count = 0
    while count < max {
      if !segmenter.isActive {
        let slot = socket.ring + head &* Int(socket.slot_size)
        let status = pb_slot_status(slot)
        guard status & PB_SLOT_READY != 0 else { break }
        guard let packet = take(slot, status, pool: pool) else { continue }
        packets[count] = packet
        count &+= 1
      } else if let packet = takeSegment(pool: pool) {
        packets[count] = packet
        count &+= 1
      }
    }
    if count == 0 && pb_socket_error(pollDescriptor) != 0 { rxErrors &+= 1 }
    return count
  }

  /// A packet from a slot; nil when it is lost, or to be segmented.
  private mutating func take(
    _ slot: UnsafeMutablePointer<UInt8>, _ status: UInt32, pool: OpaquePointer
  ) -> OpaquePointer? {
    if status & PB_SLOT_LONG != 0 {
      releaseSlot()
      return takeLongFrame(pool: pool)
    }
    let offset = Int(pb_slot_offset(slot))
    let length = Int(pb_slot_stored(slot))
    guard length == Int(pb_slot_length(slot)), length >= 14, offset >= Int(PB_OFFLOAD_SIZE),
      offset &+ length <= Int(socket.slot_size)
    else {
      rxTooLong &+= 1
      releaseSlot()
      return nil
    }
    let frame = UnsafeMutableRawPointer(slot + offset)
    let offload = (frame - Int(PB_OFFLOAD_SIZE)).loadUnaligned(as: pb_offload.self)
    let packet = finish(frame, length, offload, pb_slot_vlan(slot), pool: pool)
    segmentsSlot = segmenter.isActive
    if !segmentsSlot { releaseSlot() }
    return packet
  }

  /// The next frame of the socket's queue.
  private mutating func takeLongFrame(pool: OpaquePointer) -> OpaquePointer? {
    var offload = pb_offload()
    var vlan = pb_vlan()
    let size = PacketSocketDevice.longFrameSize
    let length = pb_packet_socket_receive_long(
      pollDescriptor, &offload, longFrame, UInt64(size), &vlan)
    guard length >= 14, length <= Int64(size) else {
      rxTooLong &+= 1
      return nil
    }
    segmentsSlot = false
    return finish(longFrame, Int(length), offload, vlan, pool: pool)
  }

  /// A buffer with the finished frame; nil when it is lost, or when `segmenter` has it now.
  private mutating func finish(
    _ frame: UnsafeMutableRawPointer, _ length: Int, _ offload: pb_offload, _ vlan: pb_vlan,
    pool: OpaquePointer
  ) -> OpaquePointer? {
    if offload.gso_type != 0 {
      guard let new = FrameSegmenter(frame, length: length, offload: offload, vlan: vlan) else {
        rxMalformed &+= 1
        return nil
      }
      segmenter = new
      rxSegmented &+= 1
      return nil
    }
    if offload.flags & OffloadFlags.needsChecksum != 0 {
      guard
        FrameSegmenter.completeChecksum(
          frame, length: length, start: Int(offload.checksum_start),
          offset: Int(offload.checksum_offset))
      else {
        rxMalformed &+= 1
        return nil
      }
    }
    let total = length &+ (vlan.tpid == 0 ? 0 : 4)
    guard let packet = buffer(total, pool: pool), let data = pb_mbuf_data(packet) else {
      return nil
    }
    FrameSegmenter.copy(frame, length, vlan, into: data)
    pb_mbuf_set_length(packet, UInt32(truncatingIfNeeded: total))
    return packet
  }

  /// A buffer with room for `length` bytes; nil, and counted, when there is none.
  private mutating func buffer(_ length: Int, pool: OpaquePointer) -> OpaquePointer? {
    switch largeFrames.buffer(length, small: pool) {
    case .buffer(let packet): return packet
    case .none: rxNoBuffer &+= 1
    case .tooLong: rxTooLong &+= 1
    }
    return nil
  }

  /// The next segment of the long frame in hand; nil when it is lost.
  private mutating func takeSegment(pool: OpaquePointer) -> OpaquePointer? {
    let packet = buffer(segmenter.nextLength, pool: pool)
    if let packet, let data = pb_mbuf_data(packet) {
      let length = segmenter.writeNext(into: data, room: Int(pb_mbuf_tailroom(packet)))
      pb_mbuf_set_length(packet, UInt32(truncatingIfNeeded: length))
    } else {
      // The rest would not fare better.
      segmenter = FrameSegmenter()
    }
    if !segmenter.isActive && segmentsSlot {
      segmentsSlot = false
      releaseSlot()
    }
    return packet
  }

  /// Gives slot `head` back to the kernel and turns to the next.
  private mutating func releaseSlot() {
    pb_slot_release(socket.ring + head &* Int(socket.slot_size))
    head &+= 1
    if head == Int(socket.slots) { head = 0 }
  }
}
