import CDPDKShim

/// A guest's rings as workers see them: the plain struct behind a `VhostPort`.
///
/// Control publishes a guest when its driver runs, and takes it back before its rings go: first the
/// word, then it waits until every worker has passed its mailbox (`VhostPort`). So a worker reads the
/// word once per burst, and what it read holds to the burst's end. In between the rings' bytes are
/// the guest's own: each descriptor is checked before it is followed, and a queue that the guest
/// turns off is one that yields nothing.
///
/// Most packets go past librte_vhost. A burst of short ones is moved in passes
/// (`CDPDKShim/guest_rings.c`), so that the cache lines that the guest's core has come over while others
/// are on their way; that, not instructions, is what a guest's packet costs. Long frames, and what lies
/// in many buffers, go one at a time (`CDPDKShim/guest_frames.c`). The library has what is odd, and
/// packed rings, migration and IOMMU.
///
/// Threads: workers call `receive` and `send`; the rest is control's and librte_vhost's, under
/// `VhostPort`'s locks. Two workers may send on one queue at a time: the library locks each queue.
struct VhostDevice {
  /// Workers are spread over so many lanes, each of which sends on one queue.
  static let lanes = 64
  private static let nobody = UInt32.max
  private static let noQueue: UInt16 = .max

  /// librte_vhost's handle of the guest.
  private var guest = nobody
  /// What the guest takes unfinished.
  private(set) var offloads: Offloads = []
  /// How often a worker goes on trying when a queue took some of its packets and not all.
  private var retries: UInt32 = 8
  /// Buffers for received frames: others when the MTU changes.
  private var pool: UInt = 0
  /// Whether a receive queue may be read, and the queue that a lane sends on.
  private let readable: UnsafeMutablePointer<Bool>
  private let queueOfLane: UnsafeMutablePointer<UInt16>

  static func create() -> UnsafeMutablePointer<VhostDevice> {
    let device = allocateLines(VhostDevice.self, count: 1)
    device.initialize(to: VhostDevice())
    return device
  }

  private init() {
    readable = allocateLines(Bool.self, count: Int(PB_VHOST_QUEUES))
    queueOfLane = allocateLines(UInt16.self, count: VhostDevice.lanes)
    for lane in 0..<VhostDevice.lanes { queueOfLane[lane] = VhostDevice.noQueue }
  }

  /// After detachment.
  static func destroy(_ device: UnsafeMutablePointer<VhostDevice>) {
    device.pointee.readable.deallocate()
    device.pointee.queueOfLane.deallocate()
    device.deallocate()
  }

  // MARK: Control

  mutating func publish(_ handle: Int32) { pb_store_release_u32(&guest, UInt32(handle)) }
  mutating func withdraw() { pb_store_release_u32(&guest, VhostDevice.nobody) }
  /// Before the guest is published.
  mutating func setOffloads(_ set: Offloads) { offloads = set }
  mutating func setRetries(_ count: Int) { retries = UInt32(clamping: count) }
  mutating func setPool(_ buffers: OpaquePointer) { pool = UInt(bitPattern: buffers) }

  /// Takes over which rings may be used. Lanes whose queue is off take turns at those that are on.
  mutating func setRings(_ isOn: [Bool]) {
    let queues = isOn.indices.filter { $0 % 2 == 0 && isOn[$0] }.map { UInt16($0 / 2) }
    for queue in 0..<isOn.count / 2 { readable[queue] = isOn[2 * queue + 1] }
    for lane in 0..<VhostDevice.lanes {
      let own = UInt16(lane)
      queueOfLane[lane] =
        queues.isEmpty
        ? VhostDevice.noQueue : queues.contains(own) ? own : queues[lane % queues.count]
    }
  }

  /// For tests.
  func queue(ofLane lane: Int) -> Int? {
    queueOfLane[lane] == VhostDevice.noQueue ? nil : Int(queueOfLane[lane])
  }

  // MARK: Workers

  @inline(__always)
  mutating func receive(_ queue: UInt16, into packets: PacketList, max: Int) -> Int {
    let guest = pb_load_acquire_u32(&guest)
    guard guest != VhostDevice.nobody, readable[Int(queue)],
      let pool = OpaquePointer(bitPattern: pool)
    else { return 0 }
    return Int(
      pb_vhost_receive(
        Int32(truncatingIfNeeded: guest), queue, pool, packets, UInt16(truncatingIfNeeded: max)))
  }

  /// Packets that the guest's queue had when `received` of them were taken; as in OVS it is asked only
  /// after a whole burst.
  mutating func fill(_ queue: UInt16, received: Int, burst: Int) -> UInt64 {
    let guest = pb_load_acquire_u32(&guest)
    guard received == burst, guest != VhostDevice.nobody else { return UInt64(received) }
    return UInt64(received)
      &+ UInt64(pb_vhost_waiting(Int32(truncatingIfNeeded: guest), queue))
  }

  /// Copies packets into the guest; all of them stay the caller's. Returns how many there was room
  /// for, or -1 when there is nobody who would take any.
  @inline(__always)
  mutating func send(
    _ packets: PacketList, count: Int, lane: UInt16, retried: inout UInt64
  ) -> Int {
    let guest = pb_load_acquire_u32(&guest)
    let queue = queueOfLane[Int(lane)]
    guard guest != VhostDevice.nobody, queue != VhostDevice.noQueue else { return -1 }
    var sent = 0
    var left = retries
    while true {
      let n = pb_vhost_send(
        Int32(truncatingIfNeeded: guest), queue, packets + sent,
        UInt16(truncatingIfNeeded: count &- sent))
      sent &+= Int(n)
      if n == 0 || sent >= count || left == 0 { return sent }
      left &-= 1
      retried &+= 1
    }
  }
}
