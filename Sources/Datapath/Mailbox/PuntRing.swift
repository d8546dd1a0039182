import CDPDKShim

/// The way of punted packets from one worker to the control side: records of any length, one after
/// the other in a ring of bytes. The worker puts, whoever holds the punt queue's lock takes.
///
/// The worker never waits: what finds no room is lost. So that a port with a storm of punts takes
/// nothing from others, a port may have no more bytes in the ring than are free at that moment: one
/// such port gets half of the ring, two get a third each, and there is always room for one more.
/// Ports are told apart by the low bits of their numbers.
struct PuntRing {
  /// In front of a packet. The number 0 marks the rest before the ring's end, which was too short.
  struct Record {
    var number: UInt32
    var inPort: PortNumber
    /// Bytes of the packet, and of the whole record.
    var captured: UInt32
    var size: UInt32
  }

  static let capacity: UInt64 = 1 << 20
  /// The part of a longer packet that is carried. No OpenFlow message could take more.
  static let maxCaptured: UInt32 = 65_536
  private static let shares = 256

  private var put: UInt64 = 0  // worker
  private var skipped: UInt64 = 0  // worker, from reserve to publish
  private var pad: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
  private var taken: UInt64 = 0  // control
  private let memory: PageMemory
  /// Bytes that ports put in (worker) and that were taken of theirs (control), by share.
  private let putByShare: UnsafeMutablePointer<UInt64>
  private let takenByShare: UnsafeMutablePointer<UInt64>

  init?() {
    let counters = 2 * PuntRing.shares * MemoryLayout<UInt64>.stride
    guard let memory = PageMemory.map(Int(PuntRing.capacity) + counters, huge: false) else {
      return nil
    }
    self.memory = memory
    putByShare = (memory.base + Int(PuntRing.capacity))
      .bindMemory(to: UInt64.self, capacity: 2 * PuntRing.shares)
    takenByShare = putByShare + PuntRing.shares
  }

  func destroy() { memory.unmap() }

  private static func share(_ port: PortNumber) -> Int { Int(port) & (shares - 1) }

  private static func size(_ captured: UInt32) -> UInt64 {
    (UInt64(captured) &+ UInt64(MemoryLayout<Record>.stride) &+ 15) & ~15
  }

  private func record(_ place: UInt64) -> UnsafeMutablePointer<Record> {
    (memory.base + Int(truncatingIfNeeded: place % PuntRing.capacity))
      .assumingMemoryBound(to: Record.self)
  }

  /// Worker: copies a packet into the ring; false when there is no room for it.
  mutating func punt(_ packet: OpaquePointer, _ number: UInt32, _ inPort: PortNumber) -> Bool {
    let captured = min(pb_mbuf_packet_length(packet), PuntRing.maxCaptured)
    guard let bytes = reserve(captured, number, inPort) else { return false }
    pb_mbuf_gather(packet, bytes, captured)
    publish(captured, inPort)
    return true
  }

  /// Worker: room for the bytes of a packet, which `publish` then gives away; nil when there is none.
  mutating func reserve(
    _ captured: UInt32, _ number: UInt32, _ inPort: PortNumber
  ) -> UnsafeMutablePointer<UInt8>? {
    let size = PuntRing.size(captured)
    let free = PuntRing.capacity &- (put &- pb_load_acquire_u64(&taken))
    let share = PuntRing.share(inPort)
    let waiting = putByShare[share] &- pb_load_acquire_u64(takenByShare + share)
    let rest = PuntRing.capacity &- put % PuntRing.capacity
    skipped = rest < size ? rest : 0
    guard waiting &+ size &+ skipped <= free else { return nil }
    if skipped > 0 {
      record(put).initialize(
        to: Record(number: 0, inPort: 0, captured: 0, size: UInt32(truncatingIfNeeded: skipped)))
    }
    let record = record(put &+ skipped)
    record.initialize(
      to: Record(
        number: number, inPort: inPort, captured: captured,
        size: UInt32(truncatingIfNeeded: size)))
    return UnsafeMutableRawPointer(record + 1).assumingMemoryBound(to: UInt8.self)
  }

  mutating func publish(_ captured: UInt32, _ inPort: PortNumber) {
    let size = PuntRing.size(captured)
    putByShare[PuntRing.share(inPort)] &+= size
    pb_store_release_u64(&put, put &+ skipped &+ size)
  }

  /// Control: whether a packet waits.
  mutating func hasNext() -> Bool { pb_load_acquire_u64(&put) != taken }

  /// Control: the oldest packet.
  mutating func take() -> Punt? {
    while hasNext() {
      let record = record(taken)
      let size = UInt64(record.pointee.size)
      defer { pb_store_release_u64(&taken, taken &+ size) }
      guard record.pointee.number != 0 else { continue }
      let bytes = UnsafeRawBufferPointer(start: record + 1, count: Int(record.pointee.captured))
      let punt = Punt(
        number: record.pointee.number, inPort: record.pointee.inPort, bytes: Array(bytes))
      let share = takenByShare + PuntRing.share(punt.inPort)
      pb_store_release_u64(share, share.pointee &+ size)
      return punt
    }
    return nil
  }
}
