import Datapath
import Synchronization

/// Meters that only remember what they were told.
extension FakeDatapath {
  var maxMeters: UInt32 { 100 }

  func setMeter(_ index: UInt32, _ meter: DatapathMeter) {
    meters.withLock { $0[index] = meter }
  }

  func removeMeter(_ index: UInt32) {
    meters.withLock { $0[index] = nil }
  }

  func meterStatistics(_ index: UInt32) -> DatapathMeter.Statistics { .init() }
}
