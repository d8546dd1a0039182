import NIOCore
import OpenFlow
import Runtime

private let log = Log("vconn")
private let badInput = LogRateLimit(60, 60)

/// One OpenFlow connection: says hello, then takes requests one after the other.
///
/// It pulls: a request is taken only when the one before is done and its answer is on the way, and
/// bytes are read only when there is no whole request left. A request is done at once, or it has an
/// answer in parts, of which the next is made when the channel can take it, or it waits (a barrier).
///
/// Owned by the channel's event loop.
final class OpenFlowConnection: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  private enum Work {
    case none
    /// Gives the next message of an answer, nil after the last.
    case parts(() -> [UInt8]?)
    case waiting
  }

  let name: String
  /// Lives as long as its connections; they go when it is stopped.
  let service: OpenFlowService
  /// What the two sides have agreed on.
  var context = WireContext()
  /// How much of a packet the other side wants to get. A management connection gets no news until it
  /// wants some of a packet.
  var missSendLength: UInt16 = 0

  private var framer = MessageFramer()
  private var greeting = Greeting()
  private var work = Work.none
  private var channelContext: ChannelHandlerContext?
  private var isReading = false
  private var isScheduled = false
  /// News that went out since the channel last could take more.
  private var unreadNews = 0

  /// Requests done before others get their turn.
  private static let batch = 50
  /// A reader that is behind by more news than this is cut off: it has to start over anyway.
  private static let maxUnreadNews = 1000

  init(name: String, service: OpenFlowService) {
    self.name = name
    self.service = service
  }

  func attach(to channel: Channel) -> EventLoopFuture<Void> {
    channel.setOption(.autoRead, value: false).flatMapThrowing {
      try channel.pipeline.syncOperations.addHandler(self)
    }
  }

  var eventLoop: EventLoop? { channelContext?.eventLoop }

  /// Nothing that was asked for before is done any more.
  func close() {
    let context = channelContext
    channelContext = nil
    context?.close(promise: nil)
  }

  // MARK: Sending

  /// Sends an answer to, or news for, the other side.
  func send(_ message: any Message, xid: UInt32) {
    guard let bytes = MessageCodec.encode(message, xid: xid, context) else { return }
    send(bytes)
  }

  private func send(_ bytes: [UInt8]) {
    guard let context = channelContext else { return }
    context.writeAndFlush(
      wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
  }

  /// Sends what the other side did not ask for, if it wants it.
  func notify(_ message: any Message) {
    guard missSendLength > 0, greeting.isDone, let context = channelContext else { return }
    if !context.channel.isWritable {
      unreadNews += 1
      guard unreadNews <= Self.maxUnreadNews else { return close() }
    }
    send(message, xid: 0)
  }

  /// Answers the request in work with a list that may be long.
  func answer<Reply: EntryReply>(
    _ reply: Reply, xid: UInt32, entries: @escaping () -> Reply.Entry?
  ) {
    guard var parts = ReplyParts(reply, xid: xid, context, entries: entries) else { return }
    work = .parts { parts.nextPart() }
  }

  /// Puts off all further requests until `resume`.
  func wait() { work = .waiting }

  func resume() {
    if case .waiting = work { work = .none }
    run()
  }

  // MARK: Working

  /// Does what can be done now.
  private func run() {
    var left = Self.batch
    while let context = channelContext, context.channel.isWritable {
      switch work {
      case .waiting: return
      case .parts(let next):
        if let part = next() { send(part) } else { work = .none }
      case .none:
        guard left > 0 else { return runLater(context) }
        left -= 1
        guard takeRequest(context) else { return }
      }
    }
  }

  private func runLater(_ context: ChannelHandlerContext) {
    guard !isScheduled else { return }
    isScheduled = true
    context.eventLoop.execute { [weak self] in
      self?.isScheduled = false
      self?.run()
    }
  }

  /// Handles the next request; without one, reads more and says false.
  private func takeRequest(_ context: ChannelHandlerContext) -> Bool {
    do {
      if let bytes = try framer.next() {
        receive(bytes)
        return true
      }
    } catch {
      log.errRL(badInput, "received too-short ofp_header (\(error.length) bytes)")
      close()
      return false
    }
    if !isReading {
      isReading = true
      context.read()
    }
    return false
  }

  private func receive(_ bytes: [UInt8]) {
    guard greeting.isDone else { return greet(bytes) }
    do {
      let decoded = try MessageCodec.decode(bytes, context)
      guard let request = decoded.message as? any Request else { throw OpenFlowError.badType }
      try request.handle(Exchange(connection: self, xid: decoded.header.xid))
    } catch let error as OpenFlowError {
      log.dbg("\(name): sending \(error) error reply")
      send(MessageCodec.encode(error, answering: bytes))
    } catch {
      log.warnRL(badInput, "\(name): \(error)")
    }
  }

  private func greet(_ bytes: [UInt8]) {
    switch greeting.receive(bytes) {
    case .agreed(let version): context.version = version
    case .refused(let reason, let answer):
      log.warnRL(badInput, "\(name): \(reason)")
      if let answer { send(answer) }
      close()
    }
  }

  // MARK: Channel

  func handlerAdded(context: ChannelHandlerContext) {
    channelContext = context
    if context.channel.isActive { start() }
  }

  func channelActive(context: ChannelHandlerContext) {
    start()
    context.fireChannelActive()
  }

  private func start() {
    guard !greeting.isSent else { return }
    send(greeting.hello())
    run()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    framer.feed(unwrapInboundIn(data))
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    run()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { unreadNews = 0 }
    run()
  }

  func channelInactive(context: ChannelHandlerContext) { channelContext = nil }

  func handlerRemoved(context: ChannelHandlerContext) { channelContext = nil }

  func errorCaught(context: ChannelHandlerContext, error: Error) { context.close(promise: nil) }
}
