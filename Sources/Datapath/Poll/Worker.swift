import CDPDKShim
import Fields

/// A worker: the thread that moves packets of its ports, and everything that it alone owns.
///
/// An island: ports' transmit buffers, flow cache, megaflows, parked packets and counters belong to
/// this thread; nothing else writes them, so the packet's path has no lock, no reference count and
/// no grace period. Control reaches in through the mailbox only, and reads counters as plain words.
/// What leaves: packets through ports (a port's send lock is the one thing that workers share),
/// misses through the miss ring.
///
/// Lives behind a pointer, never moves. The files of this folder, in the order of a packet:
/// `PollLoop` (who polls when), `Burst` (32 packets through parse, cache, classifier, actions),
/// `../Act/Interpreter` (actions and output), `Worker+Parking` (misses), `Worker+Commands`.
struct Worker {
  let id: Int
  let mailbox: UnsafeMutablePointer<Mailbox>
  let misses: UnsafeMutablePointer<MissRing>
  let bell: UnsafeMutablePointer<TranslatorBell>
  let punts: UnsafeMutablePointer<PuntRing>
  let puntBell: UnsafeMutablePointer<TranslatorBell>
  let samples: UnsafeMutablePointer<SampleRing>
  let limits: WorkerLimits

  // Ports by number; the pages of numbers that are not in use are never touched.
  let ports: UnsafeMutablePointer<WorkerPortPointer?>
  private let portMemory: PageMemory
  /// The first of all ports, chained by `next`.
  var firstPort: WorkerPortPointer?
  /// Ports whose transmit buffer has packets.
  let dirty: UnsafeMutablePointer<WorkerPortPointer>
  /// Where packets of a packet-out come in that come in on no port.
  let nowhere: WorkerPortPointer
  var dirtyCount = 0
  var pollList: UnsafeMutablePointer<PollList>?
  var settings = WorkerSettings()

  // Scratch of a burst, each aligned to cache lines.
  let packets: PacketList
  let keys: UnsafeMutablePointer<FlowKey>
  let hashes: UnsafeMutablePointer<UInt64>
  /// Hashes of the subtable being searched.
  let tableHashes: UnsafeMutablePointer<UInt64>
  let flows: UnsafeMutablePointer<FlowPointer?>
  /// What packets that are looked up again bring along.
  let dpHashes: UnsafeMutablePointer<UInt32>
  /// Both keys of the packet at hand, where its flow asks for them.
  let long: UnsafeMutablePointer<LongKey>

  /// The same, and the cache's buckets, as the kernels want them.
  let burst: UnsafeMutablePointer<pb_burst>
  let kernels: UnsafePointer<pb_kernels>
  var cache: FlowCache
  var slab: FlowSlab
  /// Memory that control gets ready.
  let supply: UnsafeMutablePointer<MemorySupply>
  var lot: ParkingLot
  var recirculating = RecirculationQueue()
  /// What is known of the packet at hand beside its bytes.
  var turn = Turn()
  /// Lists that wait for the list inside them.
  let steps: UnsafeMutablePointer<Step>
  /// Bursts until a packet is reported for the self-check, this one included.
  var burstsToSample: UInt32
  /// Of the generator for samples; never 0.
  var randomState = pb_tsc() | 1
  var meters = MeterShare()
  var clock: WorkerClock
  var counters = WorkerCounters()
  /// How long commands kept packets waiting. Control reads it.
  var pauses = PauseCounters()
  /// Drops that belong to no port, by `DropReason`.
  let drops: UnsafeMutablePointer<UInt64>
  /// Packets in the fullest queue of a guest in this round; while rounds are measured.
  var fullestQueue: UInt64 = 0
  /// Whether misses were published since the bell was rung last.
  var hasNewMisses = false
  /// When housekeeping began last, and the port that it has come to; nil when it is done.
  var lastHousekeeping: Int64 = 0
  var nextHouse: WorkerPortPointer?
  var isRunning = true

  init(
    id: Int, mailbox: UnsafeMutablePointer<Mailbox>, misses: UnsafeMutablePointer<MissRing>,
    bell: UnsafeMutablePointer<TranslatorBell>, punts: UnsafeMutablePointer<PuntRing>,
    puntBell: UnsafeMutablePointer<TranslatorBell>, samples: UnsafeMutablePointer<SampleRing>,
    kernels: UnsafePointer<pb_kernels>, configuration c: DatapathConfiguration
  ) throws {
    let portBytes = 65536 * MemoryLayout<WorkerPortPointer?>.stride
    let entries = id == 0 ? c.eventCacheEntries : c.cacheEntries
    guard let portMemory = PageMemory.map(2 * portBytes, huge: false),
      let cache = FlowCache(entries: entries, huge: c.hugepages && id != 0),
      let lot = ParkingLot()
    else { throw DatapathError("out of memory for a worker's tables") }
    self.id = id
    self.mailbox = mailbox
    self.misses = misses
    self.bell = bell
    self.punts = punts
    self.puntBell = puntBell
    self.samples = samples
    burstsToSample = samples.pointee.period
    self.kernels = kernels
    limits = WorkerLimits(
      parkedPackets: c.maxParkedPerPort, parkedKeys: c.maxMissesPerPort,
      commandCycles: pb_tsc_hz() / 1_000_000 * UInt64(c.maxCommandMicroseconds))
    self.portMemory = portMemory
    ports = portMemory.base.bindMemory(to: WorkerPortPointer?.self, capacity: 65536)
    dirty = (portMemory.base + portBytes).bindMemory(to: WorkerPortPointer.self, capacity: 65536)
    packets = allocateLines(OpaquePointer?.self, count: WorkerPort.burst)
    keys = allocateLines(FlowKey.self, count: WorkerPort.burst)
    hashes = allocateLines(UInt64.self, count: WorkerPort.burst)
    tableHashes = allocateLines(UInt64.self, count: WorkerPort.burst)
    flows = allocateLines(FlowPointer?.self, count: WorkerPort.burst)
    dpHashes = allocateLines(UInt32.self, count: WorkerPort.burst)
    long = allocateLines(LongKey.self, count: 1)
    steps = .allocate(capacity: ActionProgram.maxNesting + 1)
    drops = allocateLines(UInt64.self, count: DropReason.allCases.count)
    nowhere = allocateLines(WorkerPort.self, count: 1)
    nowhere.initialize(to: WorkerPort(nowhere: drops))
    ports[0] = nowhere
    burst = .allocate(capacity: 1)
    burst.initialize(
      to: pb_burst(
        packets: packets, keys: keys, hashes: hashes,
        flows: UnsafeMutableRawPointer(flows).assumingMemoryBound(to: UInt64.self),
        templates: ParseTemplates.shared, buckets: cache.buckets, bucket_mask: cache.bucketMask,
        total: pb_total()))
    self.cache = cache
    self.lot = lot
    supply = .allocate(capacity: 1)
    supply.initialize(to: MemorySupply())
    slab = FlowSlab(huge: c.hugepages && id != 0, supply: supply)
    clock = WorkerClock(word: c.clockWord)
  }

  /// After the thread's end.
  func destroy() {
    portMemory.unmap()
    packets.deallocate()
    keys.deallocate()
    hashes.deallocate()
    tableHashes.deallocate()
    flows.deallocate()
    dpHashes.deallocate()
    long.deallocate()
    steps.deallocate()
    recirculating.destroy()
    burst.deallocate()
    // The worker's drops are this port's.
    nowhere.pointee.destroyNowhere()
    nowhere.deallocate()
    cache.destroy()
    slab.destroy()
    pauses.destroy()
    supply.pointee.destroy()
    supply.deallocate()
    lot.destroy()
  }
}

typealias WorkerPointer = UnsafeMutablePointer<Worker>

/// Bounds of what one port may make a worker hold back.
struct WorkerLimits {
  let parkedPackets: Int
  let parkedKeys: Int
  /// How long commands may keep packets waiting, as long as there is more than one.
  let commandCycles: UInt64
}

/// The queues that a worker polls. Made by control, replaced as a whole.
struct PollList {
  struct Entry {
    let port: WorkerPortPointer
    let queue: UInt16
    /// What the queue's packets cost so far; the worker adds, control reads.
    var cycles: UInt64
  }
  let entries: UnsafeMutablePointer<Entry>
  let count: Int

  static func create(_ list: [Entry]) -> UnsafeMutablePointer<PollList> {
    let entries = UnsafeMutablePointer<Entry>.allocate(capacity: max(list.count, 1))
    entries.initialize(from: list, count: list.count)
    let result = UnsafeMutablePointer<PollList>.allocate(capacity: 1)
    result.initialize(to: PollList(entries: entries, count: list.count))
    return result
  }

  static func destroy(_ list: UnsafeMutablePointer<PollList>) {
    list.pointee.entries.deallocate()
    list.deallocate()
  }
}

/// Milliseconds for flow timestamps: out of the TSC, or the word of a virtual clock while that holds
/// more than zero. Read once per round of the poll loop.
struct WorkerClock {
  private let word: UnsafePointer<Int64>?
  private let startTSC: UInt64
  private let startMilliseconds: Int64
  /// Milliseconds per cycle, times 2^64.
  private let scale: UInt64
  private(set) var now: Int64

  init(word: UnsafePointer<Int64>?) {
    self.word = word
    startTSC = pb_tsc()
    startMilliseconds = pb_monotonic_ms()
    let hertz = max(pb_tsc_hz(), 1_000_000)
    scale = hertz.dividingFullWidth((1000, 0)).quotient
    now = startMilliseconds
  }

  @inline(__always) mutating func update(_ tsc: UInt64) {
    if let word {
      let virtual = pb_load_relaxed_i64(word)
      if virtual > 0 {
        now = virtual
        return
      }
    }
    let elapsed = (tsc &- startTSC).multipliedFullWidth(by: scale).high
    now = startMilliseconds &+ Int64(truncatingIfNeeded: elapsed)
  }
}
