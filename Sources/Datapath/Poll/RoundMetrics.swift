/// What a worker measures of each round of its poll loop while `pmd-perf-metrics` is on: histograms,
/// the last thousand rounds, and the last thousand milliseconds (`dpif-netdev/pmd-perf-show`).
///
/// Plain words behind pointers, written by the worker, read by control at any time: a figure may be
/// one round newer than its neighbour. The walls of the histograms are OVS's.
public struct RoundMetrics {
  public static let bins = 32
  public static let historyLength = 1000

  /// The histograms, in the order in which they are shown. `queueFill` is how many packets the fullest
  /// queue of a guest had.
  public enum Measure: Int, CaseIterable, Sendable {
    case cycles, packets, cyclesPerPacket, packetsPerBurst, queueFill, misses, cyclesPerMiss
  }

  /// One round, or the sum of a millisecond's.
  public struct Record: Sendable {
    /// The round's number, or the millisecond.
    public var time: UInt64 = 0
    public var rounds: UInt64 = 0
    public var cycles: UInt64 = 0
    public var busyCycles: UInt64 = 0
    public var packets: UInt64 = 0
    public var bursts: UInt64 = 0
    public var queueFill: UInt64 = 0
    public var misses: UInt64 = 0
    public var missCycles: UInt64 = 0
    public init() {}

    fileprivate mutating func add(_ other: Record) {
      rounds &+= other.rounds
      cycles &+= other.cycles
      busyCycles &+= other.busyCycles
      packets &+= other.packets
      bursts &+= other.bursts
      queueFill &+= other.queueFill
      misses &+= other.misses
      missCycles &+= other.missCycles
    }
  }

  /// Inclusive upper ends of the bins, and what fell into them: `bins` for each measure.
  let ends: UnsafeMutablePointer<UInt64>
  let counts: UnsafeMutablePointer<UInt64>
  let rounds: UnsafeMutablePointer<Record>
  let milliseconds: UnsafeMutablePointer<Record>
  var exhibit: Exhibit
  private(set) var roundCount: UInt64 = 0
  private(set) var millisecondCount: UInt64 = 0
  private var millisecond = Record()
  private(set) var total = Record()
  /// The worker's counters at the end of the round before.
  private var lastMisses: UInt64 = 0
  private var lastMissCycles: UInt64 = 0

  init() {
    let size = Measure.allCases.count * Self.bins
    ends = .allocate(capacity: size)
    counts = .allocate(capacity: size)
    rounds = .allocate(capacity: Self.historyLength)
    exhibit = Exhibit(records: .allocate(capacity: Self.historyLength))
    exhibit.records.initialize(repeating: Record(), count: Self.historyLength)
    milliseconds = .allocate(capacity: Self.historyLength)
    ends.initialize(repeating: .max, count: size)
    for measure in Measure.allCases {
      for (bin, wall) in Self.walls(of: measure).enumerated() {
        ends[measure.rawValue * Self.bins + bin] = wall
      }
    }
    clear()
  }

  func destroy() {
    ends.deallocate()
    counts.deallocate()
    rounds.deallocate()
    milliseconds.deallocate()
    exhibit.records.deallocate()
  }

  mutating func clear() {
    counts.initialize(repeating: 0, count: Measure.allCases.count * Self.bins)
    rounds.initialize(repeating: Record(), count: Self.historyLength)
    milliseconds.initialize(repeating: Record(), count: Self.historyLength)
    (roundCount, millisecondCount) = (0, 0)
    exhibit.suspect = 0
    (millisecond, total) = (Record(), Record())
  }

  // MARK: Measuring (worker's thread)

  /// A round has ended. `misses` and `missCycles` are the worker's counters. Returns what is known of
  /// it.
  mutating func add(
    cycles: UInt64, packets: Int, bursts: Int, queueFill: UInt64, misses: UInt64,
    missCycles: UInt64, millisecond now: Int64
  ) -> Record {
    var round = Record()
    if roundCount == 0 { (lastMisses, lastMissCycles) = (misses, missCycles) }
    roundCount &+= 1
    round.time = roundCount
    round.rounds = 1
    round.cycles = cycles
    round.packets = UInt64(truncatingIfNeeded: packets)
    round.bursts = UInt64(truncatingIfNeeded: bursts)
    round.busyCycles = packets > 0 ? cycles : 0
    round.queueFill = queueFill
    round.misses = misses &- lastMisses
    round.missCycles = missCycles &- lastMissCycles
    (lastMisses, lastMissCycles) = (misses, missCycles)
    count(round)
    rounds[Int(truncatingIfNeeded: (roundCount &- 1) % UInt64(Self.historyLength))] = round
    let time = UInt64(truncatingIfNeeded: now)
    if time != millisecond.time { endMillisecond(time) }
    millisecond.add(round)
    return round
  }

  private mutating func count(_ round: Record) {
    count(.cycles, round.cycles)
    count(.packets, round.packets)
    if round.packets > 0 { count(.cyclesPerPacket, round.cycles / round.packets) }
    if round.bursts > 0 { count(.packetsPerBurst, round.packets / round.bursts) }
    count(.queueFill, round.queueFill)
    count(.misses, round.misses)
    if round.misses > 0 { count(.cyclesPerMiss, round.missCycles / round.misses) }
  }

  private mutating func count(_ measure: Measure, _ value: UInt64) {
    let first = measure.rawValue &* Self.bins
    var bin = 0
    while value > ends[first &+ bin] { bin &+= 1 }
    counts[first &+ bin] &+= 1
  }

  private mutating func endMillisecond(_ time: UInt64) {
    if millisecond.rounds > 0 {
      let place = Int(truncatingIfNeeded: millisecondCount % UInt64(Self.historyLength))
      milliseconds[place] = millisecond
      millisecondCount &+= 1
      total.add(millisecond)
    }
    millisecond = Record()
    millisecond.time = time
  }
}
