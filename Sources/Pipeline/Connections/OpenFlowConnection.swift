import NIOCore
import OpenFlow
import Runtime

private let log = Log("vconn")
private let badInput = LogRateLimit(60, 60)
private let deaf = LogRateLimit(60, 60)

/// One OpenFlow connection: says hello, then takes requests one after the other.
///
/// It pulls: a request is taken only when the one before is done and its answer is on the way, and
/// bytes are read only when there is no whole request left. A request is done at once, or it has an
/// answer in parts, of which the next is made when the channel can take it, or it waits (a barrier).
/// So whoever floods us, or does not read, waits; it costs one message and one buffer. What we send
/// unasked (`OpenFlowConnection+News`) is counted, since nobody can be made to wait for it.
///
/// Who made the connection, `ActiveController` or `PassiveController`, hears when the hellos are
/// exchanged and, exactly once, when and why it ended.
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
  var settings: ControllerSettings {
    didSet {
      watch.interval = settings.probeMilliseconds
      packetIns.setLimit(rate: settings.rateLimit, burst: settings.burstLimit)
    }
  }

  // MARK: What was agreed on, and what the other side wants

  var context = WireContext()
  /// How much of a packet the other side wants to get. A service connection gets no news until it
  /// wants some of a packet.
  var missSendLength: UInt16
  var role = ControllerRole.equal
  /// The number by which `controller` actions choose it.
  var controllerID: UInt16 = 0
  /// Packets on their way to the other side.
  let packetIns: PacketInSender
  /// Nil for the defaults of the version.
  var chosenAsync: AsyncConfiguration?

  // MARK: Who wants to know

  var onGreeted: (() -> Void)?
  var onEnd: ((ConnectionEnd) -> Void)?
  /// Sees every message behind the hellos, in both directions.
  var onMessage: ((_ bytes: [UInt8], _ isReceived: Bool) -> Void)?

  let bundles = Bundles()
  var bundleTimer: Scheduled<Void>?
  let monitors = FlowMonitors()

  private var framer = MessageFramer()
  private var greeting: Greeting
  private var assembler = MultipartAssembler()
  private var work = Work.none
  private(set) var channelContext: ChannelHandlerContext?
  private var isReading = false
  private var isScheduled = false
  /// Why it ends, when that was found out before the channel closed.
  private var reason: ConnectionEnd?
  private(set) var watch: Liveness
  private var timer: ClockTimer?
  private var flowModLog = FlowModLog()
  /// Bytes of news that went out since the channel last could take more.
  var unreadNews = 0
  /// Packet-ins that are on their way.
  var queuedPacketIns = 0

  /// Requests done, and nanoseconds spent, before others get their turn.
  private static let batch = 500
  private static let turn: Int64 = 1_000_000
  private static let defaultMissSendLength: UInt16 = 128

  init(name: String, service: OpenFlowService, settings: ControllerSettings) {
    self.name = name
    self.service = service
    self.settings = settings
    missSendLength = settings.kind == .primary ? Self.defaultMissSendLength : 0
    greeting = Greeting(settings.versions)
    packetIns = PacketInSender(service.clock)
    packetIns.setLimit(rate: settings.rateLimit, burst: settings.burstLimit)
    watch = Liveness(interval: settings.probeMilliseconds, now: service.now)
    context.knownActions = KnownActions()
  }

  func attach(to channel: Channel) -> EventLoopFuture<Void> {
    channel.setOption(.autoRead, value: false).flatMapThrowing {
      try channel.pipeline.syncOperations.addHandler(self)
    }
  }

  var eventLoop: EventLoop? { channelContext?.eventLoop }
  /// Whether the hellos are exchanged and the connection is still there.
  var isEstablished: Bool { greeting.isDone && channelContext != nil }
  /// What the packet-in limiter adds to the controller's status.
  var packetInStatus: [String: String] { packetIns.status }

  /// A service connection that wants news without saying which gets as much as is usual.
  func wantNews() {
    if missSendLength == 0 { missSendLength = Self.defaultMissSendLength }
  }

  /// Nothing that was asked for before is done any more.
  func close(_ reason: ConnectionEnd = .requested) {
    let context = channelContext
    if self.reason == nil { self.reason = reason }
    end()
    context?.close(promise: nil)
  }

  /// Whether the other side reads what it is sent.
  var isKeepingUp: Bool { channelContext?.channel.isWritable ?? false }

  private func end() {
    guard channelContext != nil else { return }
    channelContext = nil
    timer?.cancel()
    bundleTimer?.cancel()
    service.monitoring.update(self, isOpen: false)
    packetIns.stop()
    flowModLog.report(name, at: service.now)
    let told = onEnd
    onEnd = nil
    onGreeted = nil
    onMessage = nil
    told?(reason ?? .endOfFile)
  }

  // MARK: Sending

  /// Sends an answer to, or news for, the other side.
  func send(_ message: any Message, xid: UInt32) {
    guard let bytes = MessageCodec.encode(message, xid: xid, context) else { return }
    send(bytes)
  }

  func send(_ bytes: [UInt8], promise: EventLoopPromise<Void>? = nil) {
    guard let context = channelContext else { return }
    if greeting.isDone { onMessage?(bytes, false) }
    context.writeAndFlush(
      wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: promise)
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

  /// For the line that says now and then how many there were.
  func countFlowMod(_ command: FlowMod.Command, at now: Int64? = nil) {
    flowModLog.count(command, at: now ?? service.now)
  }

  // MARK: Working

  /// Does what can be done now, or stands in line for it.
  private func run() {
    if service.turns.isBusy { return runLater() }
    work(in: Turn(nanoseconds: Self.turn))
  }

  private func work(in turn: Turn) {
    defer { if turn.isOver { service.turns.pause() } }
    var left = Self.batch
    while let context = channelContext, context.channel.isWritable {
      switch work {
      case .waiting: return
      case .parts(let next):
        guard left > 0, !turn.isOver else { return runLater() }
        left -= 1
        if let part = next() { send(part) } else { work = .none }
      case .none:
        guard left > 0, !turn.isOver else { return runLater() }
        let flowMods = takeFlowMods(upTo: left, in: turn)
        left -= max(1, flowMods)
        if flowMods == 0 { guard takeRequest(context) else { return } }
      }
    }
  }

  /// Lets others have their turn.
  private func runLater() {
    guard !isScheduled else { return }
    isScheduled = true
    service.turns.wait { [weak self] in
      self?.isScheduled = false
      self?.work(in: Turn(nanoseconds: Self.turn))
    }
  }

  /// Handles the next request; without one, reads more and says false.
  private func takeRequest(_ context: ChannelHandlerContext) -> Bool {
    do {
      if let bytes = try framer.next() {
        receive(Array(bytes))
        return true
      }
    } catch {
      log.errRL(badInput, "\(name): received too-short ofp_header (\(error.length) bytes)")
      close(.protocolError)
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
    _ = watch.heard(at: service.now)
    onMessage?(bytes, true)
    guard bytes[0] == context.version.rawValue else { return receiveOtherVersion(bytes) }
    context.tunnelOptions = service.bridge.tunnelOptions
    do {
      try permit(bytes)
      guard let whole = try assemble(bytes) else { return }
      let isAssembled = whole.count != bytes.count
      let message = try MessageCodec.locate(whole, context, isAssembled: isAssembled)
      guard let type = RequestCatalog.types[message.number] else {
        throw MessageCodec.refusal(of: bytes, context)
      }
      try carryOut(type, message)
    } catch {
      refuse(bytes, error)
    }
  }

  /// Answers a request with an error.
  func refuse(_ request: [UInt8], _ error: any Error) {
    guard let error = error as? OpenFlowError else {
      return log.warnRL(badInput, "\(name): \(error)")
    }
    OpenFlowService.logError(error, answering: request, context, name)
    send(MessageCodec.encode(error, answering: request))
  }

  /// The next message, if it is a whole flow-mod of the version agreed on; it is taken then.
  func nextFlowMod() -> ArraySlice<UInt8>? {
    guard greeting.isDone, let bytes = try? framer.peek(),
      FlowMod.isMessage(bytes, context.version)
    else { return nil }
    framer.advance(behind: bytes)
    return bytes
  }

  /// What is done once for a run of flow-mods.
  func beginFlowMods(at now: Int64) {
    _ = watch.heard(at: now)
    context.tunnelOptions = service.bridge.tunnelOptions
  }

  private func carryOut<R: Request>(_ type: R.Type, _ message: MessageCodec.Located) throws {
    let request = try message.read(type)
    try service.attributing(to: self) {
      try request.handle(Exchange(connection: self, xid: message.header.xid))
    }
  }

  /// The whole request; nil when parts of it are still to come, for which we wait a while.
  private func assemble(_ bytes: [UInt8]) throws(OpenFlowError) -> [UInt8]? {
    guard assembler.isPart(bytes) else { return bytes }
    if let whole = try assembler.take(bytes) { return whole }
    let xid = MessageHeader(bytes)?.xid ?? 0
    let parts = assembler.partCount(xid)
    eventLoop?.scheduleTask(in: .milliseconds(MultipartAssembler.timeout)) { [weak self] in
      guard let self, let last = assembler.giveUp(xid, parts: parts) else { return }
      send(MessageCodec.encode(.multipartRequestTimeout, answering: last))
    }
    return nil
  }

  /// Greetings, errors and echoes may have any version.
  private func receiveOtherVersion(_ bytes: [UInt8]) {
    let decoded = OpenFlowVersion(rawValue: bytes[0])
      .flatMap { try? MessageCodec.decode(bytes, WireContext($0)).message }
    switch decoded {
    case is EchoRequest:
      var reply = bytes
      reply[1] = 3
      send(reply)
    case is EchoReply: return
    case is Hello, is ErrorMessage: send(MessageCodec.encode(.badType, answering: bytes))
    default:
      log.errRL(
        badInput,
        "\(name): received OpenFlow version \(VersionSet.text(bytes[0])) != expected "
          + VersionSet.text(context.version.rawValue).dropFirst(2))
      send(MessageCodec.encode(.badVersion, answering: bytes))
    }
  }

  private func greet(_ bytes: [UInt8]) {
    switch greeting.receive(bytes) {
    case .agreed(let version):
      context.version = version
      _ = watch.heard(at: service.now)
      onGreeted?()
      look()
    case .refused(let reason, let answer):
      log.warnRL(badInput, "\(name): \(reason)")
      if let answer { send(answer) }
      close(.protocolError)
    }
  }

  // MARK: Watching

  /// Looks whether the other side is still there, now and when it may be time again.
  private func look() {
    timer?.cancel()
    guard channelContext != nil else { return }
    let now = service.now
    // While it waits for us its silence says nothing.
    if case .waiting = work { watch.sent(at: now) }
    switch watch.check(at: now) {
    case .unwatched: return
    case .fine(let until): lookAgain(at: until)
    case .ask(let until):
      connectionLog.dbg(
        "\(name): idle \(watch.silence(at: now)) seconds, sending inactivity probe")
      send(EchoRequest(), xid: 0)
      lookAgain(at: until)
    case .dead:
      let seconds = (watch.interval ?? 0) / 1000
      connectionLog.errRL(
        deaf, "\(name): no response to inactivity probe after \(seconds) seconds, disconnecting")
      close(.timedOut)
    }
    flowModLog.reportIfDue(name, at: now)
  }

  private func lookAgain(at time: Int64) {
    timer = service.clock.schedule(after: time &- service.now) { [weak self] in self?.look() }
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
    if context.channel.isWritable {
      unreadNews = 0
      watch.sent(at: service.now)
      monitors.resume(self)
    }
    run()
  }

  func channelInactive(context: ChannelHandlerContext) { end() }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  func errorCaught(context: ChannelHandlerContext, error: Error) {
    close(ConnectionEnd(error, of: name))
  }
}
