import Synchronization

/// Counts how often a noteworthy line of control code ran; `coverage/show` tells rates and totals.
///
/// Declare one as a file-level constant. Hits may come from any thread and cost one relaxed atomic
/// addition (workers have their own counters and do not use these).
public final class Coverage: Sendable {
  public let name: String
  private let hits = Atomic<UInt64>(0)

  /// The counter of this name; equal names share one.
  public static func counter(_ name: String) -> Coverage {
    registry.withLock { state in
      if let known = state.counters[name] { return known.counter }
      let counter = Coverage(name)
      state.counters[name] = CoverageHistory(counter: counter)
      return counter
    }
  }

  private init(_ name: String) { self.name = name }

  public func hit(_ times: UInt64 = 1) { hits.wrappingAdd(times, ordering: .relaxed) }

  public var total: UInt64 { hits.load(ordering: .relaxed) }

  static let registry = Locked(CoverageRegistry())

  /// Has `body` called before counters are read or sampled: it may raise counters by what was counted
  /// elsewhere. Control thread.
  public static func beforeReading(_ body: @escaping () -> Void) {
    registry.withLock { $0.sources.append(body) }
  }

  private static func gather() {
    for source in registry.withLock({ $0.sources }) { source() }
  }

  /// Takes a sample; the control loop calls it every `sampleInterval`.
  public static func sample() {
    gather()
    registry.withLock { state in
      for name in state.counters.keys { state.counters[name]?.sample() }
    }
  }

  /// Starts sampling on the control loop's clock.
  public static func startSampling(_ clock: Clock = .shared) {
    clock.scheduleRepeatedly(every: sampleInterval) { sample() }
  }

  /// Milliseconds.
  public static let sampleInterval: Int64 = 5000

  /// The text of `coverage/read-counter`.
  public static func readCounter(_ name: String) throws -> String {
    gather()
    guard let known = registry.withLock({ $0.counters[name]?.counter }) else {
      throw TextError("No such counter")
    }
    return "\(known.total)\n"
  }

  /// The text of `coverage/show`.
  public static func report() -> String {
    gather()
    let all = registry.withLock { Array($0.counters.values) }
    let hit = all.filter { $0.counter.total > 0 }.sorted { $0.counter.name < $1.counter.name }
    let head =
      "Event coverage, avg rate over last: \(sampleInterval / 1000) seconds, last minute,"
      + " last hour,  hash=\(formatted("%08x", hash(hit.map(\.counter)))):\n"
    return head + hit.map(\.line).joined() + "\(all.count - hit.count) events never hit\n"
  }

  /// Equal for two runs in which the same counters were hit in the same order of frequency (FNV-1a).
  private static func hash(_ counters: [Coverage]) -> UInt32 {
    let ranked = counters.sorted { ($1.total, $0.name) < ($0.total, $1.name) }
    var hash: UInt32 = 0x811c_9dc5
    for byte in ranked.map({ $0.name + "\n" }).joined().utf8 {
      hash = (hash ^ UInt32(byte)) &* 0x0100_0193
    }
    return hash
  }
}

struct CoverageRegistry {
  var counters: [String: CoverageHistory] = [:]
  var sources: [() -> Void] = []
}

/// The last minute in samples, the last hour in minutes.
struct CoverageHistory {
  let counter: Coverage
  private var minute = [UInt64](repeating: 0, count: 12)
  private var hour = [UInt64](repeating: 0, count: 60)
  private var lastTotal: UInt64 = 0
  private var taken = 0

  init(counter: Coverage) { self.counter = counter }

  mutating func sample() {
    let total = counter.total
    let gain = total &- lastTotal
    lastTotal = total
    let slot = taken % minute.count
    let row = taken / minute.count % hour.count
    minute[slot] = gain
    hour[row] = (slot == 0 ? 0 : hour[row]) &+ gain
    taken += 1
  }

  var line: String {
    let last = taken == 0 ? 0 : minute[(taken - 1) % minute.count]
    let rates = formatted(
      " %5.1f/sec %9.3f/sec %13.4f/sec   total: %llu\n",
      Double(last) * 1000 / Double(Coverage.sampleInterval), Double(minute.reduce(0, &+)) / 60,
      Double(hour.reduce(0, &+)) / 3600, counter.total)
    return counter.name.padded(24) + rates
  }
}
