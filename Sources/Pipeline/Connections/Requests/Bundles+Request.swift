import OpenFlow

extension BundleControl: Request {
  func handle(_ exchange: Exchange) throws {
    let connection = exchange.connection
    try connection.bundles.control(self, exchange, message: bytes(exchange))
    connection.watchBundles()
  }

  /// The message again, for an error that comes later.
  private func bytes(_ exchange: Exchange) -> [UInt8] {
    MessageCodec.encode(self, xid: exchange.xid, exchange.connection.context) ?? []
  }
}

extension BundleAddMessage: Request {
  func handle(_ exchange: Exchange) throws {
    let connection = exchange.connection
    try connection.bundles.add(self, exchange)
    connection.watchBundles()
  }

  /// As much of the message as errors show.
  func beginning(_ exchange: Exchange) -> [UInt8] {
    let beginning = BundleAddMessage(bundle, flags: flags, content: content.prefix(64))
    return MessageCodec.encode(beginning, xid: exchange.xid, exchange.connection.context) ?? []
  }
}
