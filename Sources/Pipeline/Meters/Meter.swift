import OpenFlow

/// A meter of a bridge: a configuration, and a meter of the datapath that carries it out.
///
/// Threads: control writes, inside `Pipeline.change`; translators read the index.
public final class Meter {
  public internal(set) var config: MeterConfig
  /// Its number in the datapath, which all bridges share.
  public let index: UInt32
  /// Milliseconds.
  public let created: Int64

  init(_ config: MeterConfig, index: UInt32, created: Int64) {
    self.config = config
    self.index = index
    self.created = created
  }
}

/// The datapath's meters that are in use, whichever bridge uses them.
struct MeterIndexes {
  private var next: UInt32 = 0
  /// Indexes below `next` that are free.
  private var free: Set<UInt32> = []

  /// The lowest free index; nil when all are in use.
  mutating func take(limit: UInt32) -> UInt32? {
    if let index = free.min() {
      free.remove(index)
      return index
    }
    guard next < limit else { return nil }
    defer { next += 1 }
    return next
  }

  mutating func release(_ index: UInt32) {
    free.insert(index)
    while next > 0, free.remove(next - 1) != nil { next -= 1 }
  }
}
