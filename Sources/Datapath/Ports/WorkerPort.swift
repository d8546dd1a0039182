import CDPDKShim

/// What moves a port's packets: the cases of `PacketSource` as the packet's path switches over them.
enum DeviceKind: UInt8 { case ethdev, tap, packetSocket, dummy }

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
  var transmitCount = 0
  /// Frames longer than this are not sent. Control may change it at any time.
  var maximumLength: UInt32 = .max
  /// Held while sending; shared by all workers that send on the same queue.
  let sendLock: UnsafeMutablePointer<UInt32>
  let device: UnsafeMutableRawPointer?
  /// Buffers for `receive` of devices that are no ethdevs.
  let pool: OpaquePointer?
  let transmit: PacketList

  // Counters.
  var rxPackets: UInt64 = 0
  var rxBytes: UInt64 = 0
  var txPackets: UInt64 = 0
  var txBytes: UInt64 = 0
  let drops: UnsafeMutablePointer<UInt64>

  // Classification.
  var classifier = Classifier()
  /// First 8 bytes of every key of this port (`inPort`).
  let firstWord: UInt64
  /// The flow that all packets of the last burst had, if there was one: the next burst is tried
  /// against it first. May be dead; see `FlowSlot`.
  var lastFlow: FlowPointer?

  // Parking: see ParkingLot.
  var parkedKeys = 0
  var parkedPackets = 0
  var firstParked: Int32 = -1
  var lastParked: Int32 = -1

  /// Packets of one burst, and room of every transmit buffer.
  static let burst = 32

  init(
    number: PortNumber, source: PacketSource, worker: Int,
    sendLocks: UnsafeMutablePointer<UInt32>, pool: OpaquePointer?
  ) {
    self.number = number
    self.pool = pool
    firstWord = UInt64(number.bigEndian)
    transmit = allocateLines(OpaquePointer?.self, count: WorkerPort.burst)
    drops = allocateLines(UInt64.self, count: DropReason.allCases.count)
    var ethdev: UInt16 = 0
    var queue: UInt16 = 0
    switch source {
    case .ethdev(let port):
      (kind, device) = (.ethdev, nil)
      ethdev = port.id
      queue = UInt16(worker % max(Int(port.transmitQueues), 1))
    case .tap(let tap): (kind, device) = (.tap, UnsafeMutableRawPointer(tap))
    case .packetSocket(let socket):
      (kind, device) = (.packetSocket, UnsafeMutableRawPointer(socket))
    case .dummy(let dummy): (kind, device) = (.dummy, UnsafeMutableRawPointer(dummy.device))
    }
    self.ethdev = ethdev
    transmitQueue = queue
    sendLock = sendLocks + Int(queue) * WorkerPort.sendLockStride
  }

  /// One lock per cache line.
  static let sendLockStride = 16

  func destroy() {
    transmit.deallocate()
    drops.deallocate()
    classifier.destroy()
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
    return receiveFromDevice(packets)
  }

  @inline(never)
  private mutating func receiveFromDevice(_ packets: PacketList) -> Int {
    guard let device, let pool else { return 0 }
    let max = WorkerPort.burst
    switch kind {
    case .ethdev: return 0
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
    let count = transmitCount
    transmitCount = 0
    pb_spin_lock(sendLock)
    var sent: Int
    if kind == .ethdev {
      sent = Int(pb_tx_burst(ethdev, transmitQueue, transmit, UInt16(truncatingIfNeeded: count)))
      pb_spin_unlock(sendLock)
      txPackets &+= UInt64(truncatingIfNeeded: sent)
      if sent < count { dropUnsent(from: sent, count) }
    } else {
      sent = sendToDevice(count)
      pb_spin_unlock(sendLock)
      txPackets &+= UInt64(truncatingIfNeeded: sent)
      drops[DropReason.txQueueFull.rawValue] &+= UInt64(truncatingIfNeeded: count &- sent)
    }
  }

  /// Bytes were counted when the packets came into the buffer.
  @inline(never)
  private mutating func dropUnsent(from sent: Int, _ count: Int) {
    for i in sent..<count {
      if let packet = transmit[i] { txBytes &-= UInt64(pb_mbuf_packet_length(packet)) }
    }
    pb_mbuf_free_bulk(transmit + sent, UInt32(truncatingIfNeeded: count &- sent))
    self.count(.txQueueFull, UInt64(truncatingIfNeeded: count &- sent))
  }

  @inline(never)
  private mutating func sendToDevice(_ count: Int) -> Int {
    guard let device else { return 0 }
    switch kind {
    case .ethdev: return 0
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
