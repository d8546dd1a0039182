import CDPDKShim

/// The plain struct behind a `DummyPort`: two single-producer rings of packet buffers. Control puts
/// into `incoming` and takes from `outgoing`, workers the other way round; an eventfd tells the
/// event worker that something came.
struct DummyDevice {
  /// Readable while injected packets wait.
  let pollDescriptor: Int32
  private let capturing: Bool
  private let pool: OpaquePointer
  private var incoming: PacketRing
  private var outgoing: PacketRing
  /// Injected packets that the worker has completely handled. Written by the worker.
  private var handled: UInt64 = 0

  static func create(capturing: Bool, ringSize: Int) throws -> UnsafeMutablePointer<DummyDevice> {
    let pool = try MempoolRegistry.shared.pool(bufferSize: MempoolRegistry.defaultBufferSize)
    let descriptor = pb_event_create()
    guard descriptor >= 0 else { throw DatapathError.system("eventfd") }
    let device = UnsafeMutablePointer<DummyDevice>.allocate(capacity: 1)
    device.initialize(
      to: DummyDevice(
        pollDescriptor: descriptor, capturing: capturing, pool: pool,
        incoming: PacketRing(size: ringSize), outgoing: PacketRing(size: ringSize)))
    return device
  }

  /// After detachment.
  static func destroy(_ device: UnsafeMutablePointer<DummyDevice>) {
    pb_close(device.pointee.pollDescriptor)
    device.pointee.incoming.destroy()
    device.pointee.outgoing.destroy()
    device.deallocate()
  }

  // MARK: Control

  mutating func inject(_ frame: UnsafeRawBufferPointer) -> Bool {
    guard let packet = MempoolRegistry.packet(from: frame, pool: pool) else { return false }
    guard incoming.put(packet) else {
      pb_mbuf_free(packet)
      return false
    }
    pb_event_signal(pollDescriptor)
    return true
  }

  mutating func takeTransmitted() -> [[UInt8]] {
    var frames: [[UInt8]] = []
    while let packet = outgoing.take() {
      let bytes = UnsafeRawBufferPointer(
        start: pb_mbuf_data(packet), count: Int(pb_mbuf_length(packet)))
      frames.append(Array(bytes))
      pb_mbuf_free(packet)
    }
    return frames
  }

  /// Whether the worker has handled all that was injected.
  mutating func isQuiet() -> Bool { pb_load_acquire_u64(&handled) == incoming.putCount }

  // MARK: Worker

  mutating func receive(into packets: PacketList, max: Int) -> Int {
    pb_event_clear(pollDescriptor)
    var count = 0
    while count < max, let packet = incoming.take() {
      packets[count] = packet
      count &+= 1
    }
    if count == max { pb_event_signal(pollDescriptor) }  // there may be more
    return count
  }

  /// All that `receive` returned has been handled.
  mutating func markHandled() { pb_store_release_u64(&handled, incoming.takeCount) }

  /// Frees what it does not keep: `capturing` false counts everything as sent.
  mutating func send(_ packets: PacketList, count: Int) -> Int {
    var sent = 0
    for i in 0..<count {
      guard let packet = packets[i] else { continue }
      if capturing && outgoing.put(packet) {
        sent &+= 1
      } else {
        if !capturing { sent &+= 1 }
        pb_mbuf_free(packet)
      }
    }
    return sent
  }
}

/// A ring of packet buffers between one thread that puts and one that takes.
struct PacketRing {
  private let slots: PacketList
  private let mask: UInt64
  /// Written by the producer, by the consumer.
  private(set) var putCount: UInt64 = 0
  private(set) var takeCount: UInt64 = 0

  init(size: Int) {
    var capacity = 2
    while capacity < size { capacity *= 2 }
    slots = .allocate(capacity: capacity)
    mask = UInt64(capacity - 1)
  }

  /// False when the ring is full.
  mutating func put(_ packet: OpaquePointer) -> Bool {
    guard putCount &- pb_load_acquire_u64(&takeCount) <= mask else { return false }
    slots[Int(putCount & mask)] = packet
    pb_store_release_u64(&putCount, putCount &+ 1)
    return true
  }

  mutating func take() -> OpaquePointer? {
    guard takeCount != pb_load_acquire_u64(&putCount) else { return nil }
    let packet = slots[Int(takeCount & mask)]
    pb_store_release_u64(&takeCount, takeCount &+ 1)
    return packet
  }

  /// Frees the packets that nobody took.
  mutating func destroy() {
    while let packet = take() { pb_mbuf_free(packet) }
    slots.deallocate()
  }
}
