import OpenFlow

extension FeaturesRequest: Request {
  func handle(_ exchange: Exchange) {
    let bridge = exchange.bridge
    exchange.reply(
      FeaturesReply(
        datapathID: bridge.datapathID, tableCount: UInt8(Bridge.tableCount),
        capabilities: [.flowStats, .tableStats, .portStats, .queueStats, .arpMatchIP],
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
    var config = exchange.service.config
    config.missSendLength = exchange.connection.missSendLength
    exchange.reply(GetConfigReply(config))
  }
}

extension SetConfig: Request {
  /// Other ways to treat fragments than the normal one are not taken over, which `get-frags` shows.
  func handle(_ exchange: Exchange) {
    exchange.connection.missSendLength = config.missSendLength
  }
}
