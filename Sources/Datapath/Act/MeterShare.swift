/// A worker's part in the meters: the shared cells, and counters that only this worker writes.
///
/// Without cells (before the datapath gave the worker its share) everything passes; no flow has a
/// meter then.
struct MeterShare {
  var cells: UnsafeMutableRawPointer?
  var own: PageMemory?

  /// Whether a meter lets one packet pass; counts it.
  @inline(__always) func admits(_ index: UInt32, bytes: UInt64, now: Int64) -> Bool {
    guard let cells, let own, index < UInt32(MeterTable.capacity) else { return true }
    let cell = MeterCell(cells, Int(index))
    let counts = MeterCounts(own.base, Int(index))
    counts.receive(packets: 1, bytes: bytes)
    let cost = cell.cost(packets: 1, bytes: bytes)
    var exceeded = -1
    var exceededRate: UInt64 = 0
    var n = 0
    let bands = cell.bandCount
    while n < bands {
      if !cell.take(cost, from: n, now: now), cell.rate(n) > exceededRate {
        exceeded = n
        exceededRate = cell.rate(n)
      }
      n &+= 1
    }
    guard exceeded >= 0 else { return true }
    counts.drop(band: exceeded, bytes: bytes)
    return false
  }

  /// Lets a whole burst pass with one step, if the meter has one band and tokens for all of it;
  /// false when packets must be looked at one by one, in which case nothing was counted.
  @inline(__always)
  func admitsAll(_ index: UInt32, packets: Int, bytes: UInt64, now: Int64) -> Bool {
    guard let cells, let own, index < UInt32(MeterTable.capacity) else { return true }
    let cell = MeterCell(cells, Int(index))
    guard cell.bandCount == 1,
      cell.take(cell.cost(packets: packets, bytes: bytes), from: 0, now: now)
    else { return false }
    MeterCounts(own.base, Int(index)).receive(packets: packets, bytes: bytes)
    return true
  }
}
