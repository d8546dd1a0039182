import OpenFlow

extension EchoRequest: Request {
  func handle(_ exchange: Exchange) { exchange.reply(EchoReply(payload)) }
}

extension EchoReply: Request {
  /// Nothing was asked.
  func handle(_ exchange: Exchange) {}
}

extension BarrierRequest: Request {
  /// Everything before is done when no cached flow says otherwise any more.
  func handle(_ exchange: Exchange) {
    let connection = exchange.connection
    guard let loop = connection.eventLoop else { return }
    if exchange.pipeline.isApplied { return exchange.reply(BarrierReply()) }
    connection.wait()
    exchange.pipeline.waitUntilApplied {
      loop.execute {
        exchange.reply(BarrierReply())
        connection.resume()
      }
    }
  }
}

extension SetFlowFormat: Request {
  func handle(_ exchange: Exchange) { exchange.connection.context.nxm = nxm }
}

extension FlowAge: Request {
  /// Ages are told in any case.
  func handle(_ exchange: Exchange) {}
}

extension FlowModTableID: Request {
  func handle(_ exchange: Exchange) { exchange.connection.context.flowModTableID = enabled }
}
