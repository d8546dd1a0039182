/// Meters: any control-side thread.
extension Datapath {
  /// How many meters there can be; indexes are below.
  public var maxMeters: UInt32 { UInt32(MeterTable.capacity) }

  /// Configures a meter: its buckets are full, its counters zero.
  public func setMeter(_ index: UInt32, _ meter: DatapathMeter) { meters.set(index, meter) }

  /// The meter lets everything pass from now on.
  public func removeMeter(_ index: UInt32) { meters.remove(index) }

  /// What came to the meter, and what its bands dropped, since it was set.
  public func meterStatistics(_ index: UInt32) -> DatapathMeter.Statistics {
    meters.statistics(index)
  }
}
