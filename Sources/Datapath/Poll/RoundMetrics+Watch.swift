import CDPDKShim

/// Finding rounds that took too long or met a full queue of a guest (worker's thread), and handing them over to be logged.
extension RoundMetrics {
  /// Which rounds are suspicious, and how many before and after are to be shown with one.
  public struct Watch: Equatable, Sendable {
    public var cycles: UInt64
    /// Packets in a guest's queue.
    public var queueFill: UInt64
    public var before: UInt64
    public var after: UInt64
    /// Whether another one in between makes it longer.
    public var extends: Bool

    public init(
      cycles: UInt64, queueFill: UInt64 = .max, before: UInt64, after: UInt64, extends: Bool
    ) {
      (self.cycles, self.queueFill) = (cycles, queueFill)
      (self.before, self.after, self.extends) = (before, after, extends)
    }
  }

  /// A suspicious round, and those around it, the newest first.
  public struct Suspect: Sendable {
    public var round: Record
    public var neighbours: [Record]
  }

  /// What the worker remembers of one, and where it copies it for control.
  struct Exhibit {
    var suspect: UInt64 = 0
    var first: UInt64 = 0
    var last: UInt64 = 0
    let records: UnsafeMutablePointer<Record>
    var count = 0
    /// The suspect's place in `records`.
    var place = 0
    /// 1 from when the worker has filled it to when control has read it.
    var isFull: UInt32 = 0
  }

  /// After a round was counted.
  mutating func look(at round: Record, _ watch: Watch) {
    if round.cycles > watch.cycles || round.queueFill > watch.queueFill {
      if exhibit.suspect == 0 {
        exhibit.suspect = round.time
        exhibit.first = round.time > watch.before ? round.time &- watch.before : 1
        exhibit.last = round.time &+ watch.after
      } else if watch.extends {
        exhibit.last = min(
          round.time &+ watch.after, exhibit.first &+ UInt64(Self.historyLength) &- 2)
      }
    }
    guard exhibit.suspect != 0, round.time >= exhibit.last else { return }
    if pb_load_acquire_u32(&exhibit.isFull) == 0 { fillExhibit(upTo: round.time) }
    exhibit.suspect = 0
  }

  private mutating func fillExhibit(upTo last: UInt64) {
    var count = 0
    var number = last
    while number >= exhibit.first && count < Self.historyLength {
      if number == exhibit.suspect { exhibit.place = count }
      exhibit.records[count] =
        rounds[Int(truncatingIfNeeded: (number &- 1) % UInt64(Self.historyLength))]
      count &+= 1
      number &-= 1
    }
    exhibit.count = count
    pb_store_release_u32(&exhibit.isFull, 1)
  }

  /// Control: what was found since the last call.
  mutating func takeSuspect() -> Suspect? {
    guard pb_load_acquire_u32(&exhibit.isFull) == 1 else { return nil }
    let records = (0..<exhibit.count).map { exhibit.records[$0] }
    let place = exhibit.place
    pb_store_release_u32(&exhibit.isFull, 0)
    return place < records.count ? Suspect(round: records[place], neighbours: records) : nil
  }
}
