import OpenFlow

extension RoleRequest: Request {
  func handle(_ exchange: Exchange) throws {
    let service = exchange.service
    if role != .noChange {
      if role != .equal, let generation, !service.generation.advance(to: generation) {
        throw OpenFlowError.staleRole
      }
      service.setRole(role, of: exchange.connection)
    }
    exchange.reply(
      RoleReply(
        exchange.connection.role, generation: service.generation.value, isNicira: isNicira))
  }
}

extension SetAsync: Request {
  func handle(_ exchange: Exchange) {
    let connection = exchange.connection
    connection.setAsync(applied(to: connection.async))
    connection.wantNews()
  }
}

extension GetAsyncRequest: Request {
  func handle(_ exchange: Exchange) { exchange.reply(GetAsyncReply(exchange.connection.async)) }
}

extension SetControllerID: Request {
  func handle(_ exchange: Exchange) {
    exchange.connection.controllerID = id
    exchange.service.updateListeners()
  }
}

extension SetPacketInFormat: Request {
  func handle(_ exchange: Exchange) { exchange.connection.context.packetInFormat = format }
}
