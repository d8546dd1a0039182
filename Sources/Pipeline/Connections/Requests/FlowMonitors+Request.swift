import OpenFlow

extension FlowMonitorRequest: Request {
  func handle(_ exchange: Exchange) throws {
    let connection = exchange.connection
    defer { exchange.service.monitoring.update(connection) }
    let flows = try connection.monitors.apply(self, exchange.bridge)
    connection.answer(FlowMonitorReply(entries: []), xid: exchange.xid, entries: flows)
  }
}

extension FlowMonitorCancel: Request {
  func handle(_ exchange: Exchange) throws {
    defer { exchange.service.monitoring.update(exchange.connection) }
    try exchange.connection.monitors.cancel(id)
  }
}
