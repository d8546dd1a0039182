/// What a busy worker is told about how it waits, sends and measures: plain words, replaced as a
/// whole through the mailbox.
struct WorkerSettings {
  /// Longest sleep after a round with few packets; 0 for none.
  var restNanoseconds: UInt64 = 0
  /// How long packets may wait in a transmit buffer for others; 0: to the end of their burst.
  var flushCycles: UInt64 = 0
  /// Where rounds are measured; nil when they are not.
  var metrics: UnsafeMutablePointer<RoundMetrics>?
  /// Rounds that are to be kept for the log.
  var watch: RoundMetrics.Watch?
  /// Whether there is anything to do at the end of a round: all that the poll loop looks at.
  private(set) var endsRounds = false

  init() {}

  init(
    restNanoseconds: UInt64, flushCycles: UInt64, metrics: UnsafeMutablePointer<RoundMetrics>?,
    watch: RoundMetrics.Watch?
  ) {
    self.restNanoseconds = restNanoseconds
    self.flushCycles = flushCycles
    self.metrics = metrics
    self.watch = watch
    endsRounds = restNanoseconds != 0 || flushCycles != 0 || metrics != nil
  }
}
