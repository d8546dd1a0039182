import OpenFlow

extension GroupMod: Request {
  func handle(_ exchange: Exchange) throws {
    try exchange.bridge.apply(self)
    exchange.service.forward(self, .groupMod, xid: exchange.xid)
  }
}

extension GroupStatsRequest: Request {
  func handle(_ exchange: Exchange) {
    exchange.reply(GroupStatsReply(entries: exchange.bridge.groupStatistics(groupID)))
  }
}

extension GroupDescriptionRequest: Request {
  func handle(_ exchange: Exchange) {
    exchange.reply(GroupDescriptionReply(entries: exchange.bridge.groupDescriptions(groupID)))
  }
}

extension GroupFeaturesRequest: Request {
  func handle(_ exchange: Exchange) { exchange.reply(GroupFeaturesReply()) }
}
