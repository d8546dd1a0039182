/// How busy workers wait, send and measure (`Open_vSwitch.other_config`, ovs-vswitchd.conf.db(5)).
public struct WorkerOptions: Equatable, Sendable {
  /// Longest sleep of a worker with little to do, in microseconds: of all, and of those on cores that
  /// have a value of their own.
  public var maximumSleep = 0
  public var maximumSleepOfCore: [Int: Int] = [:]
  /// For how many microseconds packets may wait in a transmit buffer for others to go with.
  public var flushInterval = 0
  /// Whether rounds of the poll loop are measured.
  public var measuresRounds = false
  /// Which of them are kept for `takeSuspects`.
  public var watch: RoundMetrics.Watch?

  public init() {}

  public func maximumSleep(ofCore core: Int) -> Int {
    max(0, maximumSleepOfCore[core] ?? maximumSleep)
  }
}
