import OpenFlow

extension OpenFlowService {
  /// Tells everybody who wants to know that a flow is gone (`Pipeline.onFlowRemoved`).
  public func flowRemoved(_ rule: Rule, _ reason: Rule.RemovalReason) {
    let interested = establishedConnections.filter {
      $0.wants(.flowRemoved, reason: reason.rawValue)
    }
    guard !interested.isEmpty else { return }
    let message = FlowRemoved(bridge.statistics(of: rule), reason)
    for connection in interested {
      var message = message
      // Before 1.4 a meter is no reason.
      if reason == .meterDelete, connection.context.version < .v14 {
        message.reason = FlowRemoved.Reason.delete.rawValue
      }
      connection.notify(message)
    }
  }

  /// Tells that a table has become full, or has room again.
  func vacancyChanged(_ table: UInt8, _ event: VacancyState.Event) {
    let reason = event == .down ? TableStatus.Reason.vacancyDown : .vacancyUp
    let status = TableStatus(reason, bridge.tableDescription(table))
    for connection in establishedConnections
    where connection.wants(.tableStatus, reason: reason.rawValue) { connection.notify(status) }
  }
}

extension FlowRemoved {
  init(_ flow: FlowStatistics, _ reason: Rule.RemovalReason) {
    self.init(Reason(rawValue: reason.rawValue) ?? .delete)
    table = flow.table
    match = flow.match
    priority = flow.priority
    cookie = flow.cookie
    duration = UInt64(clamping: flow.duration) &* 1_000_000
    idleTimeout = flow.idleTimeout
    hardTimeout = flow.hardTimeout
    packetCount = flow.packets
    byteCount = flow.bytes
  }
}
