/// The search for RFC 2544's throughput: the highest rate at which no more than a tolerated share of
/// the packets is lost. Pure: it says which rate to try and is told how it went.
///
/// The first trial sends as fast as the port takes it: that bounds the rate, and often is the answer.
/// Then the interval between the highest rate that passed and the lowest that failed is halved until it
/// is small. A trial in which the port took less than it was offered, and lost nothing, also ends the
/// search: whatever more is offered, it will not take more.
public struct ThroughputSearch: Sendable {
  public let tolerance: Double
  /// The search ends when the interval is this part of its upper end.
  public let resolution: Double
  /// Rates that passed and failed, packets per second.
  private var passed = 0.0
  private var failed: Double?
  private var isDone = false
  private var trials = 0
  /// The trial with the highest rate that passed.
  public private(set) var best: TrialResult?

  public static let maxTrials = 24

  public init(tolerance: Double, resolution: Double = 0.01) {
    self.tolerance = tolerance
    self.resolution = resolution
  }

  public enum Step: Equatable, Sendable {
    /// As fast as the port takes it.
    case line
    /// Packets per second.
    case rate(Double)
  }

  /// The next trial; nil when the search is over.
  public var next: Step? {
    if isDone { return nil }
    guard let failed else { return .line }
    guard trials < ThroughputSearch.maxTrials, failed - passed > resolution * failed else {
      return nil
    }
    return .rate((passed + failed) / 2)
  }

  public func passes(_ result: TrialResult) -> Bool {
    result.sent > 0 && result.loss <= tolerance
  }

  /// The outcome of the trial that `next` asked for.
  public mutating func record(_ result: TrialResult) {
    trials += 1
    let tried = result.rate ?? result.sentRate
    guard passes(result) else {
      failed = tried
      // Nothing at all came through: there is no rate to look for.
      if result.received == 0 { isDone = true }
      return
    }
    if result.sentRate >= best?.sentRate ?? 0 { best = result }
    passed = tried
    if result.rate == nil || result.sentRate < 0.98 * tried { isDone = true }
  }
}
