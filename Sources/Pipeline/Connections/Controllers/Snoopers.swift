import NIOCore
import OpenFlow
import Runtime

/// Connections to `<bridge>.snoop`, which see what a controller and the switch say to each other. They
/// stay when the controller's connection is made anew. Control thread.
struct Snoopers {
  private var all: [Snooper] = []

  /// More than anybody needs for debugging.
  private static let limit = 8

  /// Whether there was room.
  mutating func add(_ snooper: Snooper) -> Bool {
    all.removeAll { !$0.isOpen }
    guard all.count < Self.limit else {
      connectionLog.dbg("too many monitor connections, discarding \(snooper.name)")
      return false
    }
    connectionLog.info("new monitor connection from \(snooper.name)")
    all.append(snooper)
    return true
  }

  func send(_ bytes: [UInt8]) {
    for snooper in all { snooper.send(bytes) }
  }

  mutating func close() {
    for snooper in all { snooper.close() }
    all = []
  }
}

/// One of them: it says hello like any peer, then only listens. What it does not read in time it does
/// not see.
final class Snooper: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = Never
  typealias OutboundOut = ByteBuffer

  let name: String
  private var framer = MessageFramer()
  private var greeting = Greeting()
  private var context: ChannelHandlerContext?
  private(set) var isOpen = true

  init(name: String) { self.name = name }

  func send(_ bytes: [UInt8]) {
    guard greeting.isDone, let context, context.channel.isWritable else { return }
    write(bytes, context)
  }

  func close() { context?.close(promise: nil) }

  private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    context.writeAndFlush(
      wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    if context.channel.isActive { write(greeting.hello(), context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    if !greeting.isSent { write(greeting.hello(), context) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if greeting.isDone { return }
    framer.feed(unwrapInboundIn(data))
    guard let message = try? framer.next() else { return }
    if case .refused = greeting.receive(Array(message)) { context.close(promise: nil) }
    framer = MessageFramer()
  }

  func channelInactive(context: ChannelHandlerContext) {
    isOpen = false
    self.context = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: Error) { context.close(promise: nil) }
}
