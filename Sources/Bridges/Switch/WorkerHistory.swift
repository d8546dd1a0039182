import Datapath

/// What the workers looked like over the last minute: every `stats-update-interval`'s worth, the
/// newest last. Control thread.
public struct WorkerHistory {
  private var samples: [(milliseconds: Int64, workers: [WorkerDescription])] = []

  mutating func add(_ workers: [WorkerDescription], at milliseconds: Int64) {
    samples.removeAll { $0.milliseconds < milliseconds - 60_000 }
    samples.append((milliseconds, workers))
    now = milliseconds
  }
  private var now: Int64 = 0

  /// The worker as it was about so long before the last sample, or as long ago as is known.
  public func worker(_ id: Int, secondsAgo seconds: Int) -> WorkerDescription? {
    let since = now - Int64(seconds) * 1000 - 1000  // timers are late
    return samples.lazy.filter { $0.milliseconds >= since }
      .compactMap { $0.workers.first { $0.id == id } }.first
  }
}
