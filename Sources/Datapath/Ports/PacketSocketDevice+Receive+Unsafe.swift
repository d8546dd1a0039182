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

  /// The next frame of the socket's queue. The kernel's copy into a long buffer is the only one, unless
  /// the frame is short enough for copying it again to cost little, or has a tag to be put back.
  private mutating func takeLongFrame(pool: OpaquePointer) -> OpaquePointer? {
    if spare == nil { spare = pb_mbuf_alloc_long(pool, UInt32(PB_LONGEST_FRAME)) }
    let into = spare.flatMap { pb_mbuf_data($0) }.map { UnsafeMutableRawPointer($0) } ?? longFrame
    let room = Int(PB_LONGEST_FRAME)
    let size = PacketSocketDevice.longFrameSize
    var offload = pb_offload()
    var vlan = pb_vlan()
    let length = Int(
      pb_packet_socket_receive_long(
        pollDescriptor, &offload, into, UInt64(room), longFrame + room, UInt64(size - room), &vlan))
    guard length >= 14, length <= size else {
      rxTooLong &+= 1
      return nil
    }
    segmentsSlot = false
    if length > room && into != longFrame { longFrame.copyMemory(from: into, byteCount: room) }
    if length > room { return finish(longFrame, length, offload, vlan, pool: pool) }
    guard length > PacketSocketDevice.copiedAgain, vlan.tpid == 0, let long = spare else {
      return finish(into, length, offload, vlan, pool: pool)
    }
    spare = nil
    return deliver(long, length, offload, movedBy: 0)
  }

  /// A buffer with the frame; nil when it is lost, or when `segmenter` has it now.
  private mutating func finish(
    _ frame: UnsafeMutableRawPointer, _ length: Int, _ offload: pb_offload, _ vlan: pb_vlan,
    pool: OpaquePointer
  ) -> OpaquePointer? {
    let tag = vlan.tpid == 0 ? 0 : 4
    if length &+ tag > Int(PB_LONGEST_FRAME) {
      start(frame, length, offload, vlan)
      return nil
    }
    guard let packet = buffer(length &+ tag, pool: pool), let data = pb_mbuf_data(packet) else {
      return nil
    }
    FrameSegmenter.copy(frame, length, vlan, into: data)
    return deliver(packet, length &+ tag, offload, movedBy: tag)
  }

  /// A buffer that has a frame gets its length and its requests, whose offsets are `shift` bytes behind
  /// what the kernel said; nil when they make no sense.
  private mutating func deliver(
    _ packet: OpaquePointer, _ length: Int, _ offload: pb_offload, movedBy shift: Int
  ) -> OpaquePointer? {
    pb_mbuf_set_length(packet, UInt32(truncatingIfNeeded: length))
    guard offload.leave(in: packet, shift: shift) else {
      rxMalformed &+= 1
      pb_mbuf_free(packet)
      return nil
    }
    return packet
  }

  /// Begins to cut a frame that no buffer can hold.
  private mutating func start(
    _ frame: UnsafeRawPointer, _ length: Int, _ offload: pb_offload, _ vlan: pb_vlan
  ) {
    guard let headers = TransportHeaders(frame, length: length), offload.isSegmentation(headers),
      let new = FrameSegmenter(
        frame, length: length, headers, size: Int(offload.gso_size), vlan: vlan)
    else {
      rxTooLong &+= 1
      return
    }
    segmenter = new
    rxSegmented &+= 1
  }

  /// A buffer with room for `length` bytes; nil, and counted, when there is none.
  private mutating func buffer(_ length: Int, pool: OpaquePointer) -> OpaquePointer? {
    let packet = pb_mbuf_alloc_long(pool, UInt32(truncatingIfNeeded: length))
    if packet == nil { rxNoBuffer &+= 1 }
    return packet
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
