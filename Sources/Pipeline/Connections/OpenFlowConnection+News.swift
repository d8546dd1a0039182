import NIOCore
import OpenFlow
import Runtime

private let log = Log("connmgr")
private let overflow = LogRateLimit(5, 5)
private let behind = LogRateLimit(5, 5)

/// What a connection is sent unasked.
extension OpenFlowConnection {
  /// Which news the other side wants: what it said, or the defaults of its version.
  var async: AsyncConfiguration {
    if let chosenAsync { return chosenAsync }
    guard settings.enablesAsync else { return AsyncConfiguration() }
    return AsyncConfiguration(defaultsOf: context.version)
  }

  func setAsync(_ configuration: AsyncConfiguration) {
    var configuration = configuration
    configuration.settle(in: context.version)
    chosenAsync = configuration
  }

  /// Whether news of this kind, for this reason, go there.
  func wants(_ kind: AsyncConfiguration.Kind, reason: UInt8) -> Bool {
    guard isEstablished else { return false }
    // Who only comes to ask something gets no news without wishing for some.
    if settings.kind == .service, missSendLength == 0 { return false }
    return async.wants(kind, reason: reason, in: role)
  }

  /// A reader that is behind by more bytes of news than this is cut off: it has to start over anyway.
  /// Room for a few hundred thousand flows that are removed at once.
  private static let maxUnreadNews = 32 << 20

  /// Sends what the other side did not ask for, and wants.
  func notify(_ message: any Message) {
    guard let bytes = MessageCodec.encode(message, xid: 0, context) else { return }
    notify(bytes)
  }

  func notify(_ bytes: [UInt8]) {
    guard isEstablished, let context = channelContext else { return }
    if !context.channel.isWritable {
      unreadNews += bytes.count
      guard unreadNews <= Self.maxUnreadNews else {
        log.warnRL(behind, "\(name): does not read, disconnecting (\(unreadNews) bytes behind)")
        return close(.timedOut)
      }
    }
    send(bytes)
  }

  /// Sends a packet-in, unless as many as the Controller table allows are on their way already.
  @discardableResult
  func sendPacketIn(_ bytes: [UInt8]) -> Bool {
    guard isEstablished, let loop = eventLoop else { return false }
    guard queuedPacketIns < settings.queueSize else {
      log.infoRL(overflow, "\(name): dropping packet-in due to queue overflow")
      return false
    }
    queuedPacketIns += 1
    let sent = loop.makePromise(of: Void.self)
    sent.futureResult.whenComplete { [weak self] _ in self?.queuedPacketIns -= 1 }
    send(bytes, promise: sent)
    return true
  }
}
