import Glibc
import NIOCore
import Runtime

private let log = Log("jsonrpc")
private let badInput = LogRateLimit(5, 5)

/// One JSON-RPC peer on a NIO channel: bytes in, messages out, and the other way round.
///
/// Owned by the channel's event loop, on which everything is called. Bytes that are no JSON-RPC close
/// the connection, since nothing after them can be trusted.
public final class JSONRPCConnection: ChannelInboundHandler {
  public typealias InboundIn = ByteBuffer
  public typealias OutboundOut = ByteBuffer

  /// Name in log lines, e.g. `unix:/run/openvswitch/db.sock`.
  public let name: String
  public var onMessage: ((JSONRPCMessage) -> Void)?
  /// After all messages that one read brought.
  public var onBatchEnd: (() -> Void)?
  /// Once, when the connection is gone; with the reason if it was an error.
  public var onClose: ((_ reason: String?) -> Void)?
  /// When bytes came last, as the caller's own mark for probes.
  public private(set) var receivedSinceMark = false

  private var stream = JSONStream()
  private var channel: Channel?
  private var failure: String?

  public init(name: String) { self.name = name }

  /// Adds the connection to a channel. Bytes that arrived before are not lost if the channel does not
  /// read yet or this runs in its initializer.
  public func attach(to channel: Channel) -> EventLoopFuture<Void> {
    self.channel = channel
    return channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(self)
    }
  }

  public func send(_ message: JSONRPCMessage) {
    guard let channel else { return }
    let json = message.json
    log.dbg("\(name): send \(json.text)")
    channel.writeAndFlush(channel.allocator.buffer(bytes: json.bytes), promise: nil)
  }

  public func close() { channel?.close(promise: nil) }

  /// Whether anything came since the last call.
  public func takeReceivedMark() -> Bool {
    defer { receivedSinceMark = false }
    return receivedSinceMark
  }

  public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    receivedSinceMark = true
    guard failure == nil else { return }
    do {
      for json in try stream.feed(unwrapInboundIn(data).readableBytesView) {
        log.dbg("\(name): received \(json.text)")
        onMessage?(try JSONRPCMessage(json))
      }
    } catch {
      let what = error is JSONError ? "error parsing stream" : "received bad JSON-RPC message"
      log.warnRL(badInput, "\(name): \(what): \(error)")
      fail(errorText(EPROTO), context)
    }
  }

  public func channelReadComplete(context: ChannelHandlerContext) { onBatchEnd?() }

  public func errorCaught(context: ChannelHandlerContext, error: Error) {
    fail(describe(error), context)
  }

  public func channelInactive(context: ChannelHandlerContext) {
    channel = nil
    let report = onClose
    onClose = nil
    onMessage = nil
    report?(failure)
    onBatchEnd = nil
  }

  private func fail(_ reason: String, _ context: ChannelHandlerContext) {
    if failure == nil { failure = reason }
    context.close(promise: nil)
  }
}
