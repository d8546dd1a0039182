import OpenFlow
import Runtime

private let log = Log("ofproto")
private let badModes = LogRateLimit(5, 5)

extension FeaturesRequest: Request {
  func handle(_ exchange: Exchange) {
    let bridge = exchange.bridge
    exchange.reply(
      FeaturesReply(
        datapathID: bridge.datapathID, tableCount: UInt8(Bridge.tableCount),
        capabilities: [
          .flowStats, .tableStats, .portStats, .queueStats, .arpMatchIP, .groupStats, .bundles,
        ],
        actions: ActionCatalog.standardActions(exchange.connection.context.version),
        ports: bridge.portsInOrder.map(\.description)))
  }
}

extension DescriptionRequest: Request {
  func handle(_ exchange: Exchange) {
    let words = exchange.service.description
    exchange.reply(
      DescriptionReply(
        manufacturer: words.manufacturer, hardware: words.hardware, software: words.software,
        serialNumber: words.serialNumber, datapath: words.datapath))
  }
}

extension GetConfigRequest: Request {
  func handle(_ exchange: Exchange) {
    let connection = exchange.connection
    var config = SwitchConfig(
      fragments: exchange.bridge.fragments, missSendLength: connection.missSendLength)
    config.invalidTTLToController = connection.async.wantsInvalidTTL
    exchange.reply(GetConfigReply(config))
  }
}

extension SetConfig: Request {
  /// Fragments are never put together. A secondary controller changes nothing of the switch.
  func handle(_ exchange: Exchange) {
    let connection = exchange.connection
    if connection.role != .secondary && config.fragments != exchange.bridge.fragments {
      if config.fragments == .reassemble {
        log.warnRL(
          badModes, "\(exchange.bridge.name): unsupported fragment handling mode reassemble")
      } else {
        exchange.bridge.setFragments(config.fragments)
      }
    }
    if let wants = config.invalidTTLToController, wants != connection.async.wantsInvalidTTL {
      var async = connection.async
      async.wantsInvalidTTL = wants
      connection.setAsync(async)
    }
    connection.missSendLength = config.missSendLength
  }
}
