import Datapath
import OpenFlow

/// What controllers do to a bridge's meters. Control thread.
extension Bridge {
  /// Carries out a request, or throws the error that the switch answers with and changes nothing.
  public func apply(_ request: MeterMod) throws {
    let id = request.meter.id
    if request.command == .delete {
      let doomed = id == MeterID.all ? Array(meters.values) : meters[id].map { [$0] } ?? []
      return delete(doomed)
    }
    guard (1...MeterID.max).contains(id) || id == MeterID.slowpath || id == MeterID.controller,
      pipeline.sink.maxMeters > 0
    else { throw OpenFlowError.invalidMeter }
    guard request.meter.bands.count <= DatapathMeter.maxBands else {
      throw OpenFlowError.outOfMeterBands
    }
    if request.command == .add {
      guard meters[id] == nil else { throw OpenFlowError.meterExists }
      try addMeter(request.meter)
    } else {
      guard let meter = meters[id] else { throw OpenFlowError.unknownMeter }
      let config = try request.meter.completed()
      pipeline.sink.setMeter(meter.index, DatapathMeter(config))
      meter.config = config
    }
  }

  private func addMeter(_ wanted: MeterConfig) throws {
    // An index is asked for before the configuration is looked at.
    guard let index = pipeline.takeMeter() else {
      throw OpenFlowError.outOfMeters
    }
    do {
      let config = try wanted.completed()
      pipeline.sink.setMeter(index, DatapathMeter(config))
      pipeline.change(.rules) {
        pipeline.noteChange(of: .meter(config.id), in: self)
        meters[config.id] = Meter(config, index: index, created: pipeline.now())
      }
    } catch {
      pipeline.meterIndexes.withLock { $0.release(index) }
      throw error
    }
  }

  /// Flows go with the meters that they name. A meter of the datapath is free again when no cached
  /// flow names it any more.
  private func delete(_ doomed: [Meter]) {
    guard !doomed.isEmpty else { return }
    makeChanges { changes in
      for id in doomed.map(\.config.id) {
        for rule in index.rules(ofMeter: id) { changes.remove(rule, .meterDelete, for: nil) }
        pipeline.noteChange(of: .meter(id), in: self)
        meters[id] = nil
      }
    }
    pipeline.releaseMeters(doomed.map(\.index))
  }

  /// Takes all meters away, with the bridge.
  func deleteMeters() { delete(Array(meters.values)) }

  /// The datapath's number of the meter for packets to controllers, nil when there is none.
  public var controllerMeter: UInt32? { meters[MeterID.controller]?.index }
  /// The same for packets that the datapath cannot handle alone.
  public var slowpathMeter: UInt32? { meters[MeterID.slowpath]?.index }
}

extension MeterConfig {
  /// The configuration as it is carried out, with the bursts that were not given; throws for what the
  /// datapath cannot do.
  fileprivate func completed() throws(OpenFlowError) -> MeterConfig {
    guard flags.contains(.kbps) != flags.contains(.pktps) else { throw .badMeterFlags }
    guard !bands.isEmpty else { throw .outOfMeterBands }
    guard bands.allSatisfy({ $0.rate > 0 }) else { throw .badMeterRate }
    guard flags.isSubset(of: .known) else { throw .badMeterFlags }
    guard bands.allSatisfy({ $0.kind == .drop }) else { throw .badMeterBand }
    var config = self
    for index in bands.indices where bands[index].burst == 0 {
      config.bands[index].burst = bands[index].rate
    }
    return config
  }
}

extension DatapathMeter {
  init(_ config: MeterConfig) {
    self.init(
      countsPackets: config.flags.contains(.pktps),
      bands: config.bands.map { Band(rate: $0.rate, burst: $0.burst) })
  }
}

extension Pipeline {
  fileprivate func takeMeter() -> UInt32? {
    meterIndexes.withLock { $0.take(limit: sink.maxMeters) }
  }

  /// Gives indexes back once no worker has a flow with them. Not inside `change`.
  fileprivate func releaseMeters(_ indexes: [UInt32]) {
    waitUntilApplied { [weak self] in
      guard let self else { return }
      for index in indexes { sink.removeMeter(index) }
      meterIndexes.withLock { for index in indexes { $0.release(index) } }
    }
  }
}
