import CDPDKShim

/// What moves a port's packets: the cases of `PacketSource` as the packet's path switches over them.
enum DeviceKind: UInt8 { case ethdev, vhost, tap, packetSocket, dummy }

/// How a transmit buffer is sent: to the worker's own queue of an ethdev, to the queues of an ethdev
/// by connection (`WorkerPort+Steering`), or to another device.
enum SendKind: UInt8 { case ethdev, ethdevByHash, device }

/// A port as one worker sees it: its transmit buffer, its counters, its megaflows, the packets of it
/// that wait for translation. Control makes one per worker and port and frees it after the worker
/// let go; in between only the worker writes it. Control reads the counters.
struct WorkerPort {
  // Read for every output.
  let kind: DeviceKind
  let number: PortNumber
  let ethdev: UInt16
  let transmitQueue: UInt16
  var isDirty = false
  /// Control may change it at any time.
  private(set) var sendKind: SendKind
  var transmitCount = 0
  /// When the buffer was flushed last because it was due, in cycles.
  var lastFlush: UInt64 = 0
  /// Frames longer than this are not sent. Control may change it at any time.
  var maximumLength: UInt32 = .max
  /// Held while sending; shared by all workers that send on the same queue.
  let sendLock: UnsafeMutablePointer<UInt32>
  /// The lock of queue 0, and how many queues there are.
  let sendLocks: UnsafeMutablePointer<UInt32>
  let transmitQueues: UInt16
  let device: UnsafeMutableRawPointer?
  /// Buffers for `receive` of devices that are no ethdevs.
  let pool: OpaquePointer?
  let transmit: PacketList
  /// Room to sort the buffer by transmit queues: those of the packets, and the packets of one.
  let queueOfPacket: UnsafeMutablePointer<UInt16>
  let chosen: PacketList
  /// Where packets wait while their requests are settled.
  let asking: PacketList
  let ethdevOffloads: Offloads
  /// Where segments are put together, of ports that send chains of buffers.
  let merging: UnsafeMutablePointer<SegmentMerger.Frame>?

  // Counters.
  var rxPackets: UInt64 = 0
  var rxBytes: UInt64 = 0
  var txPackets: UInt64 = 0
  var txBytes: UInt64 = 0
  let drops: UnsafeMutablePointer<UInt64>

  // Classification.
  var classifier = Classifier()
  var deep = DeepClassifier()
  /// First 8 bytes of every key of this port (`inPort`).
  let firstWord: UInt64
  /// The flow that all packets of the last burst had, if there was one: the next burst is tried
  /// against it first. May be dead; see `FlowSlot`.
  var lastFlow: FlowPointer?

  /// The worker's next port, in no order.
  var next: WorkerPortPointer?

  // Parking: see ParkingLot.
  var parkedKeys = 0
  var parkedPackets = 0
  let parked: UnsafeMutablePointer<UInt16>

  /// See `PortCounters`.
  var txRetries: UInt64 = 0
  var segmented: UInt64 = 0
  var checksums: UInt64 = 0
  var merged: UInt64 = 0

  /// Packets of one burst, and room of every transmit buffer.
  static let burst = 32

  init(
    number: PortNumber, source: PacketSource, worker: Int,
    sendLocks: UnsafeMutablePointer<UInt32>, pool: OpaquePointer?
  ) {
    self.number = number
    self.pool = pool
    firstWord = UInt64(number.bigEndian)
    transmit = allocateLines(OpaquePointer?.self, count: 3 * WorkerPort.burst)
    chosen = transmit + WorkerPort.burst
    asking = chosen + WorkerPort.burst
    queueOfPacket = .allocate(capacity: WorkerPort.burst)
    parked = .allocate(capacity: ParkingLot.maxKeysPerPort)
    drops = allocateLines(UInt64.self, count: DropReason.allCases.count)
    var ethdev: UInt16 = 0
    var offloads: Offloads = []
    var (queue, queues) = (UInt16(0), UInt16(1))
    switch source {
    case .ethdev(let port):
      (kind, device) = (.ethdev, nil)
      ethdev = port.id
      offloads = port.offloads
      queues = max(port.transmitQueues, 1)
      queue = UInt16(worker % Int(queues))
    case .vhost(let port):
      (kind, device) = (.vhost, UnsafeMutableRawPointer(port.device))
      queue = UInt16(worker % VhostDevice.lanes)
    case .tap(let tap): (kind, device) = (.tap, UnsafeMutableRawPointer(tap))
    case .packetSocket(let socket):
      (kind, device) = (.packetSocket, UnsafeMutableRawPointer(socket))
    case .dummy(let dummy): (kind, device) = (.dummy, UnsafeMutableRawPointer(dummy.device))
    }
    self.ethdev = ethdev
    ethdevOffloads = offloads
    let takesChains = kind == .vhost || kind == .tap || kind == .packetSocket
    merging = takesChains ? .allocate(capacity: WorkerPort.burst) : nil
    sendKind = kind == .ethdev ? .ethdev : .device
    (transmitQueue, transmitQueues) = (queue, queues)
    self.sendLocks = sendLocks
    // A guest's queues have locks of their own.
    sendLock = sendLocks + (kind == .vhost ? 0 : Int(queue) * WorkerPort.sendLockStride)
  }

  /// The port that packets come in on which come from nowhere (number 0): a controller sent them.
  /// They may be looked up again, so there are flows and parked packets here as for any port; nothing
  /// is ever received or sent. Its drops are the worker's.
  init(nowhere drops: UnsafeMutablePointer<UInt64>) {
    number = 0
    pool = nil
    firstWord = 0
    transmit = allocateLines(OpaquePointer?.self, count: 3 * WorkerPort.burst)
    chosen = transmit + WorkerPort.burst
    asking = chosen + WorkerPort.burst
    queueOfPacket = .allocate(capacity: WorkerPort.burst)
    parked = .allocate(capacity: ParkingLot.maxKeysPerPort)
    self.drops = drops
    (kind, device) = (.dummy, nil)
    sendKind = .device
    (ethdev, transmitQueue, transmitQueues) = (0, 0, 1)
    ethdevOffloads = []
    merging = nil
    sendLock = allocateLines(UInt32.self, count: WorkerPort.sendLockStride)
    sendLock.pointee = 0
    sendLocks = sendLock
  }

  /// One lock per cache line.
  static let sendLockStride = 16

  func destroyNowhere() {
    sendLock.deallocate()
    destroy()
  }

  func destroy() {
    transmit.deallocate()
    merging?.deallocate()
    queueOfPacket.deallocate()
    parked.deallocate()
    drops.deallocate()
    classifier.destroy()
    deep.destroy()
  }

  /// Control.
  mutating func steer(byHash: Bool) {
    guard kind == .ethdev else { return }
    sendKind = byHash && transmitQueues > 1 ? .ethdevByHash : .ethdev
  }

  @inline(__always) mutating func count(_ reason: DropReason, _ packets: UInt64 = 1) {
    drops[reason.rawValue] &+= packets
  }
}

typealias WorkerPortPointer = UnsafeMutablePointer<WorkerPort>

// MARK: Receive and transmit (worker's thread)
//
// All `mutating`, also where nothing changes: otherwise the compiler copies the struct for the call.

extension WorkerPort {
  /// Fills `packets` with at most one burst.
  @inline(__always)
  mutating func receive(_ queue: UInt16, into packets: PacketList) -> Int {
    if kind == .ethdev {
      return Int(pb_rx_burst(ethdev, queue, packets, UInt16(WorkerPort.burst)))
    }
    return receiveFromDevice(queue, packets)
  }

  @inline(never)
  private mutating func receiveFromDevice(_ queue: UInt16, _ packets: PacketList) -> Int {
    guard let device else { return 0 }
    let max = WorkerPort.burst
    if kind == .vhost {
      return device.assumingMemoryBound(to: VhostDevice.self).pointee
        .receive(queue, into: packets, max: max)
    }
    guard let pool else { return 0 }
    switch kind {
    case .ethdev, .vhost: return 0
    case .tap:
      let tap = device.assumingMemoryBound(to: TapDevice.self)
      return tap.pointee.receive(into: packets, max: max, pool: pool)
    case .packetSocket:
      let socket = device.assumingMemoryBound(to: PacketSocketDevice.self)
      return socket.pointee.receive(into: packets, max: max, pool: pool)
    case .dummy:
      let dummy = device.assumingMemoryBound(to: DummyDevice.self)
      return dummy.pointee.receive(into: packets, max: max)
    }
  }

  /// Sends what the transmit buffer holds; counts and frees what the device did not take.
  @inline(__always)
  mutating func flush() {
    if pb_requests_seen() != 0 {
      settleRequests()
      if transmitCount == 0 { return }
    }
    flushSettled()
  }

  @inline(__always)
  mutating func flushSettled() {
    let count = transmitCount
    transmitCount = 0
    if sendKind != .ethdev { return flushOtherwise(count) }
    pb_spin_lock(sendLock)
    let sent = Int(
      pb_tx_burst(ethdev, transmitQueue, transmit, UInt16(truncatingIfNeeded: count)))
    pb_spin_unlock(sendLock)
    txPackets &+= UInt64(truncatingIfNeeded: sent)
    if sent < count { dropUnsent(transmit, from: sent, count, .txQueueFull) }
  }

  @inline(never)
  private mutating func flushOtherwise(_ count: Int) {
    if sendKind == .ethdevByHash { return flushByHash(count) }
    let count = merging == nil ? count : mergeSegments(count)
    if kind == .vhost { return flushToGuest(count) }
    pb_spin_lock(sendLock)
    let sent = sendToDevice(count)
    pb_spin_unlock(sendLock)
    txPackets &+= UInt64(truncatingIfNeeded: sent)
    drops[DropReason.txQueueFull.rawValue] &+= UInt64(truncatingIfNeeded: count &- sent)
  }

  private mutating func flushToGuest(_ count: Int) {
    guard let device else { return }
    let sent = device.assumingMemoryBound(to: VhostDevice.self).pointee
      .send(transmit, count: count, lane: transmitQueue, retried: &txRetries)
    let copied = max(sent, 0)
    txPackets &+= UInt64(truncatingIfNeeded: copied)
    pb_mbuf_free_bulk(transmit, UInt32(truncatingIfNeeded: copied))
    if copied < count {
      dropUnsent(transmit, from: copied, count, sent < 0 ? .txGuestDown : .txQueueFull)
    }
  }

  /// Bytes were counted when the packets came into the buffer.
  @inline(never)
  mutating func dropUnsent(
    _ packets: PacketList, from sent: Int, _ count: Int, _ reason: DropReason
  ) {
    for i in sent..<count {
      if let packet = packets[i] { txBytes &-= UInt64(pb_mbuf_packet_length(packet)) }
    }
    pb_mbuf_free_bulk(packets + sent, UInt32(truncatingIfNeeded: count &- sent))
    self.count(reason, UInt64(truncatingIfNeeded: count &- sent))
  }

  @inline(never)
  private mutating func sendToDevice(_ count: Int) -> Int {
    guard let device else { return 0 }
    switch kind {
    case .ethdev, .vhost: return 0
    case .tap:
      let tap = device.assumingMemoryBound(to: TapDevice.self)
      let refused = tap.pointee.txRefusedBytes
      let sent = tap.pointee.send(transmit, count: count)
      txBytes &-= tap.pointee.txRefusedBytes &- refused
      return sent
    case .packetSocket:
      let socket = device.assumingMemoryBound(to: PacketSocketDevice.self)
      return socket.pointee.send(transmit, count: count)
    case .dummy:
      return device.assumingMemoryBound(to: DummyDevice.self).pointee.send(transmit, count: count)
    }
  }
}
