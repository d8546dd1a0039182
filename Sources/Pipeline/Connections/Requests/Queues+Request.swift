import OpenFlow

// QoS settings have no effect yet; only simulated devices say that they have a queue.

extension QueueStatsRequest: Request {
  func handle(_ exchange: Exchange) throws {
    let found = try exchange.queues(queue, of: port)
    exchange.reply(
      QueueStatsReply(
        entries: found.map {
          .init(
            port: $0.port, queue: $0.queue, txBytes: PortCounts.unknown,
            txPackets: PortCounts.unknown, txErrors: PortCounts.unknown,
            duration: QueueStatsReply.unknownDuration)
        }))
  }
}

extension QueueConfigRequest: Request {
  func handle(_ exchange: Exchange) throws {
    let found = try exchange.queues(queue, of: port)
    exchange.reply(QueueConfigReply(port: port, queues: found))
  }
}

extension Exchange {
  /// The queue of that number, or all, of one port or of all.
  fileprivate func queues(_ queue: UInt32, of port: UInt16) throws -> [QueueConfigReply.Queue] {
    let ports =
      port == OpenFlowPort.none ? bridge.portsInOrder : bridge.ports[port].map { [$0] } ?? []
    guard !ports.isEmpty else {
      throw port == OpenFlowPort.none ? OpenFlowError.badQueue : OpenFlowError.badQueuePort
    }
    let found = ports.flatMap { port in
      (service.hardware?.queues(of: port) ?? []).map {
        QueueConfigReply.Queue(port: port.ofport, queue: $0)
      }
    }
    guard queue != QueueStatsRequest.allQueues else { return found }
    let wanted = found.filter { $0.queue == queue }
    if wanted.isEmpty { throw OpenFlowError.badQueue }
    return wanted
  }
}
