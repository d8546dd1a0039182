import NIOCore

/// Limits the rate of packet-ins of one connection and is fair among the ports they came in on: a
/// bucket of tokens, one per packet, and behind it a queue per port. The queues together hold as many
/// packets as the bucket does tokens; when they are full, the longest one loses its oldest packet.
///
/// A value without a clock: the caller says what time it is, in milliseconds.
struct PacketInScheduler {
  /// Counted since the connection began; what `Controller.status` shows.
  struct Statistics: Equatable {
    /// Waiting now.
    var backlog = 0
    /// Sent at once, had to wait, and were lost.
    var bypassed: UInt64 = 0, queued: UInt64 = 0, dropped: UInt64 = 0
  }

  private(set) var statistics = Statistics()
  /// Packets per second.
  private var rate: Int64
  /// Packets, times 1000: a packet costs 1000, and each millisecond brings `rate`.
  private var burst: Int64
  private var tokens: Int64
  private var filledAt: Int64
  private var queues: [UInt16: CircularBuffer<[UInt8]>] = [:]
  /// Ports with waiting packets, whose turn comes first first.
  private var turns = CircularBuffer<UInt16>()

  private static let cost: Int64 = 1000
  /// Packets that one call lets go, so that others get their turn.
  private static let batch = 50

  /// Numbers that make no sense are replaced: the rate by 1000, the burst by a quarter of the rate.
  init(rate: Int, burst: Int, now: Int64) {
    (self.rate, self.burst) = Self.limits(rate, burst)
    tokens = self.burst
    filledAt = now
  }

  private static func limits(_ rate: Int, _ burst: Int) -> (Int64, Int64) {
    let rate = Int64(clamping: rate <= 0 ? 1000 : min(rate, 1 << 31))
    let burst = burst <= 0 ? rate / 4 : Int64(clamping: min(burst, 1 << 31))
    return (rate, max(burst, 1) * cost)
  }

  mutating func setLimits(rate: Int, burst: Int) {
    (self.rate, self.burst) = Self.limits(rate, burst)
    tokens = min(tokens, self.burst)
    while Int64(statistics.backlog) > self.burst / Self.cost { dropOldestOfLongest() }
  }

  /// Takes a message in; returns it when it may be sent at once.
  mutating func pass(_ message: [UInt8], port: UInt16, now: Int64) -> [UInt8]? {
    if statistics.backlog == 0, takeToken(now) {
      statistics.bypassed += 1
      return message
    }
    if Int64(statistics.backlog) * Self.cost >= burst { dropOldestOfLongest() }
    if queues[port] == nil { turns.append(port) }
    queues[port, default: []].append(message)
    statistics.backlog += 1
    statistics.queued += 1
    return nil
  }

  /// The messages whose time has come.
  mutating func proceed(now: Int64) -> [[UInt8]] {
    var messages: [[UInt8]] = []
    while messages.count < Self.batch, statistics.backlog > 0, takeToken(now) {
      guard let port = turns.popFirst(), let message = queues[port]?.popFirst() else { break }
      if queues[port]?.isEmpty == true { queues[port] = nil } else { turns.append(port) }
      statistics.backlog -= 1
      messages.append(message)
    }
    return messages
  }

  /// Milliseconds until the next waiting message may go; nil when none waits.
  func wait(now: Int64) -> Int64? {
    guard statistics.backlog > 0 else { return nil }
    let missing = Self.cost - tokens - max(0, now - filledAt) * rate
    return missing <= 0 ? 0 : (missing + rate - 1) / rate
  }

  private mutating func takeToken(_ now: Int64) -> Bool {
    let elapsed = min(max(0, now - filledAt), burst / rate + 1)
    tokens = min(tokens + elapsed * rate, burst)
    filledAt = now
    guard tokens >= Self.cost else { return false }
    tokens -= Self.cost
    return true
  }

  private mutating func dropOldestOfLongest() {
    guard let port = queues.max(by: { $0.value.count < $1.value.count })?.key else { return }
    _ = queues[port]?.popFirst()
    if queues[port]?.isEmpty == true {
      queues[port] = nil
      turns.removeAll { $0 == port }
    }
    statistics.backlog -= 1
    statistics.dropped += 1
  }
}
