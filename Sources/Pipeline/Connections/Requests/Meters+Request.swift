import Datapath
import OpenFlow

extension MeterMod: Request {
  func handle(_ exchange: Exchange) throws {
    try exchange.bridge.apply(self)
    exchange.service.forward(self, .meterMod, xid: exchange.xid)
  }
}

extension MeterStatsRequest: Request {
  func handle(_ exchange: Exchange) throws {
    guard let meters = exchange.bridge.selectMeters(meterID) else {
      throw OpenFlowError.unknownMeter
    }
    exchange.reply(MeterStatsReply(entries: exchange.bridge.meterStatistics(meters)))
  }
}

extension MeterDescriptionRequest: Request {
  func handle(_ exchange: Exchange) throws {
    guard let meters = exchange.bridge.selectMeters(meterID) else {
      throw OpenFlowError.unknownMeter
    }
    exchange.reply(MeterDescriptionReply(entries: meters.map(\.config)))
  }
}

extension MeterFeaturesRequest: Request {
  func handle(_ exchange: Exchange) {
    exchange.reply(
      MeterFeaturesReply(
        maxMeters: exchange.pipeline.sink.maxMeters, bandTypes: 1 << 1,
        maxBands: UInt8(DatapathMeter.maxBands)))
  }
}
