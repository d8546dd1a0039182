import OpenFlow

/// Questions about meters. Control thread.
extension Bridge {
  /// The meter called `id`, or all by their numbers; nil for one that does not exist.
  public func selectMeters(_ id: UInt32) -> [Meter]? {
    guard id == MeterID.all else { return meters[id].map { [$0] } }
    return meters.values.sorted { $0.config.id < $1.config.id }
  }

  public func meterStatistics(_ meters: [Meter]) -> [MeterStatsReply.Meter] {
    let now = pipeline.now()
    return meters.map { meter in
      let counts = pipeline.sink.meterStatistics(meter.index)
      var entry = MeterStatsReply.Meter(id: meter.config.id)
      entry.flowCount = UInt32(clamping: index.count(ofMeter: meter.config.id))
      entry.duration = UInt64(clamping: now - meter.created) &* 1_000_000
      entry.received = .init(packets: counts.packets, bytes: counts.bytes)
      entry.bands = counts.bands.prefix(meter.config.bands.count).map {
        .init(packets: $0.packets, bytes: $0.bytes)
      }
      return entry
    }
  }
}
