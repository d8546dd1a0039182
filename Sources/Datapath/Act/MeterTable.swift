import CDPDKShim

/// The datapath's meters: token buckets that all workers share, without a lock.
///
/// **A bucket is one word.** Tokens are bits, or thousandths of packets, so that `rate` (kbit/s or
/// packets per second) tokens come per millisecond and a burst holds a thousand times what OpenFlow
/// says. Let *line* be `now * rate`: how many tokens there have been since the beginning of time. The
/// word says how many of them are *spent*. `line - spent` are left, but never more than the burst; a
/// packet that costs no more than that moves `spent` on by its cost. (GCRA's theoretical arrival time,
/// in tokens instead of nanoseconds: no division, nothing to round.)
///
/// **Why the rate is right with many workers.** Every admitted packet has moved the one word by its
/// cost, by compare-and-swap; who lost the race computes again from the word as it is now. So between
/// any two moments no more than burst + rate * time was spent, whoever spent it. A worker whose clock
/// is behind sees fewer tokens, never more. Refused packets write nothing: a flood contends only for
/// what the meter lets through.
///
/// A word that lies further in the future than clocks can differ, or so far back that the difference
/// overflowed, belongs to another time (virtual time began or ended): then the bucket is full.
///
/// **As OVS.** All bands are charged; a packet over several bands is counted at the one with the
/// highest rate; changing a meter fills its buckets and clears its counters.
///
/// **Cost.** Packets of flows without a meter know nothing of this. Cells lie in pages that are not
/// there before a meter uses them. Counters belong to the worker that counts (`MeterShare`).
///
/// Threads: control side, any, under the lock; workers read cells and move `spent`. A change is
/// written in place: a packet in that instant may see the new rate with the old word, and is one
/// packet.
final class MeterTable {
  static let capacity = 1 << 18

  private let memory: PageMemory
  private let lock = Lock()
  /// Counters at the time a meter was set, and what workers that are gone had counted.
  private var baselines: [Int: DatapathMeter.Statistics] = [:]
  private var shares: [MeterShare] = []
  private var clockWord: UnsafePointer<Int64>?

  init(clockWord: UnsafePointer<Int64>?) throws {
    guard let memory = PageMemory.map(Self.capacity * MeterCell.byteCount, huge: false) else {
      throw DatapathError("out of memory for meters")
    }
    self.memory = memory
    self.clockWord = clockWord
  }

  deinit { memory.unmap() }

  private func cell(_ index: Int) -> MeterCell { MeterCell(memory.base, index) }

  /// A worker's part. It lives until `retire`.
  func share() throws -> MeterShare {
    guard let own = PageMemory.map(Self.capacity * MeterCounts.byteCount, huge: false) else {
      throw DatapathError("out of memory for a worker's meters")
    }
    let share = MeterShare(cells: memory.base, own: own)
    lock.withLock { shares.append(share) }
    return share
  }

  /// Keeps what a worker counted that has ended.
  func retire(_ share: MeterShare) {
    guard let own = share.own else { return }
    lock.withLock {
      for index in baselines.keys {
        baselines[index]?.subtract(MeterCounts(own.base, index).statistics)
      }
      shares.removeAll { $0.own?.base == own.base }
    }
    own.unmap()
  }

  func set(_ index: UInt32, _ meter: DatapathMeter) {
    guard index < Self.capacity else { return }
    lock.withLock {
      baselines[Int(index)] = total(Int(index))
      let virtual = clockWord.map { pb_load_relaxed_i64($0) } ?? 0
      cell(Int(index)).set(meter, now: virtual > 0 ? virtual : pb_monotonic_ms())
    }
  }

  func remove(_ index: UInt32) {
    guard index < Self.capacity else { return }
    lock.withLock {
      cell(Int(index)).clear()
      baselines[Int(index)] = nil
    }
  }

  func statistics(_ index: UInt32) -> DatapathMeter.Statistics {
    guard index < Self.capacity else { return DatapathMeter.Statistics() }
    return lock.withLock {
      var sum = total(Int(index))
      if let baseline = baselines[Int(index)] { sum.subtract(baseline) }
      return sum
    }
  }

  private func total(_ index: Int) -> DatapathMeter.Statistics {
    var sum = DatapathMeter.Statistics()
    for share in shares {
      if let own = share.own { sum.add(MeterCounts(own.base, index).statistics) }
    }
    return sum
  }
}

/// A meter as the datapath carries it out: what is over any band's rate is dropped.
public struct DatapathMeter: Hashable, Sendable {
  public struct Band: Hashable, Sendable {
    /// Kilobits or packets per second, more than 0.
    public var rate: UInt32
    /// Kilobits or packets.
    public var burst: UInt32

    public init(rate: UInt32, burst: UInt32) {
      self.rate = rate
      self.burst = burst
    }
  }

  public static let maxBands = 8

  /// Rates are in packets per second, else in kilobits.
  public var countsPackets: Bool
  public var bands: [Band]

  public init(countsPackets: Bool, bands: [Band]) {
    self.countsPackets = countsPackets
    self.bands = bands
  }

  public struct Counts: Hashable, Sendable {
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
    public init() {}
  }

  /// What came to a meter, and what each band dropped.
  public struct Statistics: Hashable, Sendable {
    public var packets: UInt64 = 0
    public var bytes: UInt64 = 0
    public var bands = [Counts](repeating: Counts(), count: maxBands)
    public init() {}

    mutating func add(_ other: Statistics) { combine(other, &+) }
    mutating func subtract(_ other: Statistics) { combine(other, &-) }

    private mutating func combine(_ other: Statistics, _ with: (UInt64, UInt64) -> UInt64) {
      packets = with(packets, other.packets)
      bytes = with(bytes, other.bytes)
      for index in bands.indices {
        bands[index].packets = with(bands[index].packets, other.bands[index].packets)
        bands[index].bytes = with(bands[index].bytes, other.bands[index].bytes)
      }
    }
  }
}
