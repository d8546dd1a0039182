/// When packets are due, by the TSC.
///
/// A packet has a place in time, and is due when its time has come; several may be due at once, up to
/// a burst. Who could not send for longer than `patience` (a full device, a lost core) does not make
/// up for it with a flood: those packets are counted as missed.
struct Pacer {
  /// Times in 65536ths of a cycle, since `start`.
  private let interval: UInt64
  private let patience: UInt64
  private let start: UInt64
  private var next: UInt64 = 0
  private(set) var missed: UInt64 = 0

  private static let fraction: UInt64 = 16

  /// - Parameters:
  ///   - start: the TSC at which the first packet is due.
  ///   - cycles: between two packets; 0: there is always a burst due.
  ///   - patience: in cycles.
  init(start: UInt64, cyclesPerPacket cycles: Double, patience: UInt64) {
    self.start = start
    interval = cycles > 0 ? max(1, UInt64(cycles * Double(1 << Pacer.fraction))) : 0
    self.patience = patience << Pacer.fraction
  }

  /// How many packets are to be sent now, at most `limit`.
  @inline(__always)
  mutating func due(_ now: UInt64, limit: Int) -> Int {
    guard now >= start else { return 0 }
    guard interval > 0 else { return limit }
    let time = (now &- start) << Pacer.fraction
    if time > next &+ patience { skip(to: time &- patience) }
    var count = 0
    while next <= time && count < limit {
      next &+= interval
      count &+= 1
    }
    return count
  }

  /// What is due until now and was not asked for is missed.
  mutating func finish(_ now: UInt64) {
    let time = (max(now, start) &- start) << Pacer.fraction
    if interval > 0 && time > next { skip(to: time) }
  }

  @inline(never)
  private mutating func skip(to time: UInt64) {
    let packets = (time &- next) / interval
    missed &+= packets
    next &+= packets &* interval
  }
}
