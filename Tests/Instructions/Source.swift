import CDPDKShim
import Datapath
import Synchronization

/// Where a worker's packets come from: called back by DPDK when the worker asks a device for packets,
/// on the worker's thread. Only work that is under way brings packets; else the worker rests a little,
/// so that commands get through.
final class Source {
  /// Whether a case is under way. The other fields belong to whom this word gives them: to the worker
  /// while it is true, to the main thread else.
  let isRunning = Atomic<Bool>(false)
  /// Set by the worker when it waits for answers to a burst of misses, cleared when they are given.
  let wantsAnswers = Atomic<Bool>(false)
  private let pool: OpaquePointer
  private var work: Work?
  private var handed = 0
  private var counters: () -> WorkerCounters = { WorkerCounters() }
  /// What the worker counted in the part that callgrind counts.
  private(set) var counted = (start: WorkerCounters(), end: WorkerCounters())

  init(pool: OpaquePointer) { self.pool = pool }

  func start(_ work: Work, counters: @escaping () -> WorkerCounters) {
    (self.work, self.counters, handed) = (work, counters, 0)
    isRunning.store(true, ordering: .releasing)
  }

  fileprivate func next(into packets: PacketList) -> Int {
    guard isRunning.load(ordering: .acquiring), let work else {
      pb_sleep_ns(100_000)
      return 0
    }
    if work.isMissing && handed > work.warmUp { waitForAnswers() }
    let number = handed - work.warmUp
    if number == 0 {
      counted.start = counters()
      beginCounting()
    } else if number == work.bursts {
      endCounting()
      counted.end = counters()
      isRunning.store(false, ordering: .releasing)
      return 0
    }
    handed += 1
    for i in 0..<Bed.burst {
      packets[i] =
        number < 0
        ? buffer(work.warm((handed - 1) * Bed.burst + i))
        : buffer(work.frame(number * Bed.burst + i))
    }
    return Bed.burst
  }

  private func waitForAnswers() {
    wantsAnswers.store(true, ordering: .releasing)
    while wantsAnswers.load(ordering: .acquiring) { pb_sleep_ns(20_000) }
  }

  private func buffer(_ frame: [UInt8]) -> OpaquePointer {
    guard let packet = pb_mbuf_alloc(pool), let data = pb_mbuf_data(packet) else {
      fail("no packet buffer is left")
    }
    frame.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(start: data, count: $0.count).copyBytes(from: $0)
    }
    pb_mbuf_set_length(packet, UInt32(frame.count))
    return packet
  }
}

// MARK: What callgrind knows by name
//
// Without optimisation, so that each is one function that is called under its own name.

/// Callgrind does not count in here.
@_optimize(none) func nextBurst(_ source: UnsafeMutableRawPointer, _ packets: PacketList) -> Int {
  Unmanaged<Source>.fromOpaque(source).takeUnretainedValue().next(into: packets)
}

private var marks = 0  // An empty function would not be called.
@_optimize(none) func beginCounting() { marks += 1 }
@_optimize(none) func endCounting() { marks -= 1 }

/// Makes a source of the device's queue.
func receive(from source: Source, on device: UInt16) {
  let callback = rte_eth_add_rx_callback(
    device, 0,
    { _, _, packets, _, _, source in
      guard let packets, let source else { return 0 }
      return UInt16(nextBurst(source, packets))
    }, Unmanaged.passUnretained(source).toOpaque())
  guard callback != nil else { fail("DPDK has no callbacks") }
}
