import CDPDKShim

/// Receives from its queues in turn and reads signatures. A plain struct of the lane that runs it; control reads
/// the counters and the latencies as plain words.
struct Sink {
  private let port: UInt16
  private let firstQueue: UInt16
  private let queues: UInt16
  private let step: UInt16
  /// The trial's bits of a stream's number.
  private let trial: UInt32
  private let flows: UInt32
  /// Per generator and flow, one more than the highest sequence number seen by this sink.
  private let expected: UnsafeMutablePointer<UInt32>
  private let generators: UInt32
  private let packets: PacketList
  let latencies: LatencyTable

  private(set) var received: UInt64 = 0
  private(set) var receivedBytes: UInt64 = 0
  /// Packets behind a later one of their stream, or again.
  private(set) var reordered: UInt64 = 0
  /// Packets without a signature, and those of an earlier trial.
  private(set) var foreign: UInt64 = 0
  private(set) var stale: UInt64 = 0

  /// - Parameter queues: of the port, of which every `step`th from `firstQueue` on is this sink's.
  init(
    port: UInt16, firstQueue: Int, step: Int, queues: Int, trial: Int, flows: Int, generators: Int,
    expected: UnsafeMutablePointer<UInt32>, latencies: LatencyTable
  ) {
    (self.port, self.firstQueue) = (port, UInt16(firstQueue))
    (self.step, self.queues) = (UInt16(step), UInt16(queues))
    self.trial = Signature.tag(trial: trial, generator: 0)
    (self.flows, self.generators, self.expected) = (UInt32(flows), UInt32(generators), expected)
    self.latencies = latencies
    packets = .allocate(capacity: Generator.burst)
  }

  func destroy() { packets.deallocate() }

  /// Takes a burst from each queue.
  @inline(__always)
  mutating func receive() {
    var queue = firstQueue
    while queue < queues {
      receive(queue)
      queue &+= step
    }
  }

  @inline(__always)
  private mutating func receive(_ queue: UInt16) {
    let count = Int(pb_rx_burst(port, queue, packets, UInt16(Generator.burst)))
    if count == 0 { return }
    let now = Signature.time(pb_tsc())
    for i in 0..<count {
      if let packet = packets[i] { pb_prefetch(pb_mbuf_data(packet)) }
    }
    for i in 0..<count {
      if let packet = packets[i] { read(packet, now) }
    }
    pb_mbuf_free_bulk(packets, UInt32(truncatingIfNeeded: count))
  }

  @inline(__always)
  private mutating func read(_ packet: OpaquePointer, _ now: UInt32) {
    let length = Int(pb_mbuf_packet_length(packet))
    guard let tail = pb_mbuf_tail(packet, UInt32(Signature.length &+ length & 1)),
      UnsafeRawPointer(tail).loadUnaligned(as: UInt16.self) == Signature.magic
    else {
      foreign &+= 1
      return
    }
    let signature = UnsafeRawPointer(tail)
    let stream = signature.loadUnaligned(fromByteOffset: 2, as: UInt32.self)
    let flow = stream & 0xff_ffff
    let generator = stream >> 24 & 15
    guard stream & 0xf000_0000 == trial, flow < flows, generator < generators else {
      stale &+= 1
      return
    }
    received &+= 1
    receivedBytes &+= UInt64(length)
    let place = expected + (Int(generator) &* Int(flows) &+ Int(flow))
    let sequence = signature.loadUnaligned(fromByteOffset: 6, as: UInt32.self)
    if sequence < place.pointee { reordered &+= 1 } else { place.pointee = sequence &+ 1 }
    latencies.record(now &- signature.loadUnaligned(fromByteOffset: 10, as: UInt32.self))
  }
}
