/// What one trial found. Rates are packets per second; lengths are of frames without their check
/// sequence, as they lie in buffers.
public struct TrialResult: Sendable {
  /// What was asked for; nil: as much as the port takes.
  public var rate: Double?
  public var seconds: Double
  public var sent: UInt64 = 0
  public var sentBytes: UInt64 = 0
  public var received: UInt64 = 0
  public var receivedBytes: UInt64 = 0
  public var reordered: UInt64 = 0
  /// Packets that came in and are none of ours, or of an earlier trial.
  public var foreign: UInt64 = 0
  public var stale: UInt64 = 0
  /// Times the port took less than it was offered, and times there were no buffers to fill.
  public var held: UInt64 = 0
  public var starved: UInt64 = 0
  /// Packets that were not sent because their time had passed: the port or the core was too slow.
  public var missed: UInt64 = 0
  /// What the sink's own device lost because we did not fetch it in time.
  public var sinkMissed: UInt64 = 0
  /// False: nothing was to be received, so there is neither loss nor latency.
  public var hasSink = true
  public var latency = LatencyHistogram(highestTrackableValue: 60_000_000_000)

  public init(rate: Double?, seconds: Double) {
    self.rate = rate
    self.seconds = seconds
  }

  public var sentRate: Double { Double(sent) / seconds }
  public var receivedRate: Double { Double(received) / seconds }
  public var lost: UInt64 { hasSink && sent > received ? sent - received : 0 }
  /// The share of the sent packets that were lost.
  public var loss: Double { sent == 0 ? 0 : Double(lost) / Double(sent) }

  /// Bits per second on the wire, with preamble, gap and check sequence: 24 bytes a frame.
  public func wireRate(_ packets: UInt64, _ bytes: UInt64) -> Double {
    (Double(bytes) + 24 * Double(packets)) * 8 / seconds
  }
  public var sentWireRate: Double { wireRate(sent, sentBytes) }
  public var receivedWireRate: Double { wireRate(received, receivedBytes) }

  /// Of latency, in microseconds.
  public func microseconds(percentile: Double) -> Double {
    latency.totalCount == 0 ? 0 : Double(latency.valueAtPercentile(percentile)) / 1000
  }
  public var maxMicroseconds: Double {
    latency.totalCount == 0 ? 0 : Double(latency.max) / 1000
  }

  /// The percentiles that reports show.
  public static let percentiles = [50.0, 90, 99, 99.9, 99.99]
}
