import OpenFlow

// No port has queues yet: QoS settings have no effect.

extension QueueStatsRequest: Request {
  func handle(_ exchange: Exchange) { exchange.reply(QueueStatsReply(entries: [])) }
}

extension QueueConfigRequest: Request {
  func handle(_ exchange: Exchange) throws {
    guard exchange.bridge.ports[port] != nil else { throw OpenFlowError.badQueuePort }
    exchange.reply(QueueConfigReply(port: port))
  }
}
