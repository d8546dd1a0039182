import CDPDKShim
import Fields

/// Misses: a packet without a flow is parked under its key, one question per key goes out, and the
/// answer sends the packets in order of arrival, before any later packet of the key.
extension Worker {
  /// Packet `i` of the burst has no flow.
  @inline(never)
  mutating func miss(_ port: WorkerPortPointer, _ i: Int) {
    guard let packet = packets[i] else { return }
    guard pb_mbuf_length(packet) >= 14 else { return drop(packet, .rxInvalidPacket, port) }
    counters.misses &+= 1
    guard let reason = park(packet, keys + i, port) else { return }
    counters.lost &+= 1
    drop(packet, reason, port)
  }

  /// Parks a packet and asks if nobody asked yet; returns why not when it cannot.
  private mutating func park(
    _ packet: OpaquePointer, _ key: UnsafePointer<FlowKey>, _ port: WorkerPortPointer
  ) -> DropReason? {
    guard port.pointee.parkedPackets < limits.parkedPackets else { return .upcallParkedLimit }
    let hash = kernels.pointee.hash(key, FlowSlot.deadMask)
    var index = lot.find(key, hash: hash)
    let isNew = index < 0
    if isNew {
      guard port.pointee.parkedKeys < limits.parkedKeys else { return .upcallParkedLimit }
      guard misses.pointee.reserve() != nil else { return .upcallQueueFull }
      index = lot.add(key, hash: hash, port: port)
      guard index >= 0 else { return .upcallParkedLimit }
    }
    guard lot.append(packet, to: index, port: port) else {
      if isNew { lot.remove(index, port: port) }
      return .upcallParkedLimit
    }
    if isNew { ask(packet, key) }
    return nil
  }

  private mutating func ask(_ packet: OpaquePointer, _ key: UnsafePointer<FlowKey>) {
    guard let record = misses.pointee.reserve(), let data = pb_mbuf_data(packet) else { return }
    let captured = min(Int(pb_mbuf_length(packet)), MissRecord.captureBytes)
    record.pointee.key = key.pointee
    record.pointee.packetLength = pb_mbuf_packet_length(packet)
    record.pointee.captured = UInt32(captured)
    withUnsafeMutableBytes(of: &record.pointee.bytes) {
      $0.baseAddress?.copyMemory(from: data, byteCount: captured)
    }
    misses.pointee.publish()
    hasNewMisses = true
  }

  @inline(never)
  mutating func ringBell() {
    hasNewMisses = false
    bell.pointee.ring()
  }

  /// What happens to packets that leave the lot.
  enum Fate {
    case flow(FlowPointer)
    case program(UnsafePointer<UInt32>, Int)
    case drop(DropReason)
  }

  /// Lets the packets of one exact key go; does nothing when none wait.
  mutating func release(_ key: UnsafePointer<FlowKey>, _ fate: Fate) {
    guard let port = ports[Int(key.pointee.inPort)] else { return }
    let index = lot.find(key, hash: kernels.pointee.hash(key, FlowSlot.deadMask))
    if index >= 0 { release(index, port, fate) }
  }

  /// Lets the packets of all keys go that a new flow matches, in the order in which the keys came.
  mutating func releaseMatching(_ flow: FlowPointer) {
    guard let port = ports[Int(flow.pointee.key.inPort)] else { return }
    var index = port.pointee.firstParked
    while index >= 0 {
      let entry = lot.key(index)
      let after = entry.pointee.after
      if pb_key_matches(entry, flow, flow.pointee.mask) != 0 { release(index, port, .flow(flow)) }
      index = after
    }
  }

  /// Drops all that waits on a port.
  mutating func releaseAll(_ port: WorkerPortPointer, _ reason: DropReason) {
    while port.pointee.firstParked >= 0 { release(port.pointee.firstParked, port, .drop(reason)) }
  }

  private mutating func release(_ index: Int32, _ port: WorkerPortPointer, _ fate: Fate) {
    let flags = UInt16(truncatingIfNeeded: lot.key(index).pointee.key.w0 >> 16)
    while let packet = lot.takePacket(index, port: port) {
      switch fate {
      case .flow(let flow):
        flow.pointee.packets &+= 1
        flow.pointee.bytes &+= UInt64(pb_mbuf_packet_length(packet))
        flow.pointee.used = clock.now
        flow.pointee.tcpFlags |= flags
        run(flow.program, Int(flow.pointee.wordCount), packet, port)
      case .program(let words, let count): run(words, count, packet, port)
      case .drop(let reason):
        counters.lost &+= 1
        drop(packet, reason, port)
      }
    }
    lot.remove(index, port: port)
  }
}
