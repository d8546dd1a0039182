import CDPDKShim

/// The lanes of a trial while they run. Control.
final class RunningTrial {
  private let lanes: [UnsafeMutablePointer<Lane>]
  private let threads: [LaneThread]
  private let generating: [UnsafeMutablePointer<Lane>]
  private let receiving: [UnsafeMutablePointer<Lane>]
  private let asked: Double?
  private let hasSink: Bool
  private let nanosecondsPerUnit = Signature.cyclesPerTimeUnit * 1e9 / Double(pb_tsc_hz())
  /// Of the latencies, at the last progress.
  private var shown: [UInt64] = []
  private var finishedAt: UInt64 = 0

  /// Longest wait for packets under way, and for another one after the last.
  private static let longestDrain = 3.0
  private static let quietDrain = 1.0

  init(_ lanes: [UnsafeMutablePointer<Lane>], asked: Double?, hasSink: Bool) {
    self.lanes = lanes
    (self.asked, self.hasSink) = (asked, hasSink)
    generating = lanes.filter(\.pointee.generates)
    receiving = lanes.filter(\.pointee.receives)
    threads = lanes.map(LaneThread.init)
  }

  /// Returns when all generators have sent their last packet; they end early when the user interrupts.
  func waitForGenerators(from begin: UInt64, to end: UInt64, progress: (TrialResult) -> Void) {
    let second = pb_tsc_hz()
    var last = result(seconds: 1)
    var next = begin + second
    while threads.contains(where: { !$0.hasGenerated && generating.contains($0.lane) }) {
      pb_sleep_ns(2_000_000)
      if Interruption.isRequested { break }
      let now = pb_tsc()
      guard now >= next, now < end else { continue }
      let so = result(seconds: Double(now - begin) / Double(second))
      progress(difference(so, last, seconds: Double(now - (next - second)) / Double(second)))
      last = so
      next = now + second
    }
    finishedAt = pb_tsc()
  }

  func secondsSent(from begin: UInt64) -> Double {
    max(0.001, (Double(finishedAt) - Double(begin)) / Double(pb_tsc_hz()))
  }

  /// Waits for what is still under way.
  func drain() {
    let begin = pb_tsc()
    let hz = Double(pb_tsc_hz())
    var (last, lastChange) = (received, begin)
    while received < sent {
      pb_sleep_ns(1_000_000)
      let now = pb_tsc()
      if received != last { (last, lastChange) = (received, now) }
      if Double(now - lastChange) > RunningTrial.quietDrain * hz { return }
      if Double(now - begin) > RunningTrial.longestDrain * hz { return }
    }
  }

  func stop() { for thread in threads { thread.stop() } }

  func destroy() {
    for lane in lanes {
      lane.pointee.generator.destroy()
      lane.pointee.sink.latencies.destroy()
      lane.pointee.sink.destroy()
      lane.deallocate()
    }
  }

  // MARK: Counters

  private var sent: UInt64 { generating.reduce(0) { $0 + $1.pointee.generator.sent } }
  private var received: UInt64 { receiving.reduce(0) { $0 + $1.pointee.sink.received } }

  func result(seconds: Double) -> TrialResult {
    var r = TrialResult(rate: asked, seconds: seconds)
    r.hasSink = hasSink
    // Received first: a packet under way must not look like one too many.
    for lane in receiving {
      let sink = lane.pointee.sink
      r.received += sink.received
      r.receivedBytes += sink.receivedBytes
      r.reordered += sink.reordered
      r.foreign += sink.foreign
      r.stale += sink.stale
    }
    for lane in generating {
      let generator = lane.pointee.generator
      r.sent += generator.sent
      r.sentBytes += generator.sentBytes
      r.held += generator.held
      r.starved += generator.starved
      r.missed += generator.missed
    }
    r.latency = LatencyHistogram(counts: latencies(), nanosecondsPerUnit: nanosecondsPerUnit)
    return r
  }

  private func latencies() -> [UInt64] {
    receiving.map { $0.pointee.sink.latencies.snapshot() }.reduce([]) { total, counts in
      total.isEmpty ? counts : zip(total, counts).map { $0 + $1 }
    }
  }

  /// What came between two readings, with the latencies since this was asked last.
  private func difference(_ now: TrialResult, _ last: TrialResult, seconds: Double) -> TrialResult {
    var r = now
    r.seconds = seconds
    r.sent -= last.sent
    r.sentBytes -= last.sentBytes
    r.received -= last.received
    r.receivedBytes -= last.receivedBytes
    let counts = latencies()
    let rise = shown.isEmpty ? counts : zip(counts, shown).map { $0 - $1 }
    r.latency = LatencyHistogram(counts: rise, nanosecondsPerUnit: nanosecondsPerUnit)
    shown = counts
    return r
  }
}
