import NIOCore
import OpenFlow
import Runtime

private let log = Log("connmgr")
private let snoopLimit = LogRateLimit(60, 60)
private let targetLimit = LogRateLimit(60, 60)

/// A bridge's OpenFlow side: the controllers of its configuration, `<rundir>/<bridge>.mgmt`, where
/// `ovs-ofctl` connects, `<rundir>/<bridge>.snoop`, and what all connections have in common.
///
/// **Flow of a request.** Bytes come in on a channel (`MessageFramer`), become a message
/// (`MessageCodec`), and the message answers itself: what a request means is an extension of its type
/// by `Request`, one file each in `Requests`. Anything that goes wrong becomes an OpenFlow error with
/// the request in it.
///
/// **Controllers.** `Controllers/ActiveController` connects to one, `PassiveController` is connected to
/// by any number. Primary ones rule the bridge: whether there are any decides what a bridge without
/// flows does, and when none of them answers a standalone bridge fails open (`FailOpen`). `InBand`
/// keeps the way to them open.
///
/// **News.** What the switch tells unasked goes through `tell`: it chooses the connections by role, by
/// what they asked for and by kind (`OpenFlowConnection+News`).
///
/// **Bounds.** A connection reads only when it has nothing to do: no request in work and no answer
/// that waits for the other side to read. So one that floods, or that stops reading, costs one
/// message and one buffer, however much it sends or asks for. After a batch of requests others have
/// their turn. News that are not read end a connection, packet-ins that are not read are dropped.
/// Listeners have a number of connections, and those a second to say hello.
///
/// **Threads.** All on the control thread, which is the event loop.
public final class OpenFlowService {
  public let bridge: Bridge
  let pipeline: Pipeline
  /// Asked about devices; may be set later.
  public weak var hardware: (any PortHardware)?
  public var description = SwitchDescription()
  /// Keys and certificates for `ssl:` and `pssl:`; a change counts from the next connection on.
  public var tls = TLSSettings()
  /// Of each place where controllers connect to us.
  var maxConnections = PassiveController.mostConnections
  /// Something of what the Controller table shows is different.
  public var onStatusChange: (() -> Void)?

  /// Connections that hear of changes to flows.
  let monitoring: FlowMonitoring

  let loop: EventLoop
  /// Its timers run on `loop`.
  let clock: Clock
  let turns: Turns
  private let directory: String
  private var snoop: Channel?
  private var active: [String: ActiveController] = [:]
  private var passive: [String: PassiveController] = [:]
  /// In the order in which they came.
  private(set) var establishedConnections: [OpenFlowConnection] = []
  private var isStopped = false
  private var nextSnooper = 0
  /// Whose request is in work.
  private var source: OpenFlowConnection?
  /// What connections were told of ports, to see whether there is something new to tell.
  private var toldPorts: [UInt16: PortDescription] = [:]

  /// The newest election of a primary that a controller has named.
  var generation = ElectionGeneration()
  private var failOpen: FailOpen?
  private var inBand: InBand?
  private var isTicking = false

  /// `directory` is where the sockets go; `turns` is what all bridges share; `clock` is the loop's.
  public init(
    _ bridge: Bridge, pipeline: Pipeline, loop: EventLoop, clock: Clock = .shared,
    turns: Turns? = nil, directory: String = Paths.run
  ) {
    self.bridge = bridge
    self.pipeline = pipeline
    monitoring = FlowMonitoring(bridge)
    self.loop = loop
    self.clock = clock
    self.turns = turns ?? Turns(loop)
    self.directory = directory
    bridge.onVacancy = { [weak self] in self?.vacancyChanged($0, $1) }
  }

  /// Monotonic milliseconds.
  var now: Int64 { clock.monotonicMilliseconds }

  private var management: String { "punix:\(directory)/\(bridge.name).mgmt" }

  /// Starts to listen, without controllers. The result fails if a socket cannot be made; what could be
  /// made works on.
  public func start() -> EventLoopFuture<Void> {
    var settings = ControllerSettings(.service)
    settings.versions = bridge.settings.versions
    let management = add(management, settings)
    let snoop = UnixListener.listen(path: "\(directory)/\(bridge.name).snoop", loop: loop) {
      [weak self] channel in self?.acceptSnooper(channel) ?? channel.close()
    }.map { [weak self] channel in
      guard let self, !self.isStopped else { return channel.close(promise: nil) }
      self.snoop = channel
    }
    return management.and(snoop).map { _ in }
  }

  /// Closes all connections and stops to listen.
  public func stop() {
    isStopped = true
    snoop?.close(promise: nil)
    failOpen = nil
    inBand = nil
    onStatusChange = nil
    for controller in active.values { controller.stop() }
    for controller in passive.values { controller.stop() }
    active = [:]
    passive = [:]
  }

  /// Drops the connections; those to controllers are made anew (`bridge/reconnect`).
  public func reconnect() {
    for controller in active.values { controller.reconnect() }
    for controller in passive.values { controller.closeConnections() }
  }

  // MARK: Controllers

  /// Makes the controllers what the configuration says, by target. Connections whose controller stays
  /// stay, unless they would have to be negotiated anew.
  public func setControllers(
    _ wanted: [String: ControllerSettings], management: ControllerSettings = ControllerSettings()
  ) {
    guard !isStopped else { return }
    var wanted = wanted
    wanted[self.management] = management
    for (target, settings) in wanted.sorted(by: { $0.key < $1.key })
    where self.settings(target) == nil {
      _ = add(target, settings)
    }
    for (target, old) in running {
      guard let new = wanted[target] else {
        log.info("\(bridge.name): removed \(old.kind) controller \"\(target)\"")
        remove(target)
        continue
      }
      guard new != old else { continue }
      if new.versions == old.versions, new.kind == old.kind {
        active[target]?.configure(new)
        passive[target]?.configure(new)
      } else {
        log.info(
          "\(bridge.name): Changes to controller \"\(target)\" expects re-initialization: "
            + "Re-initializing now.")
        remove(target)
        _ = add(target, new)
      }
    }
    controllersChanged()
  }

  private func settings(_ target: String) -> ControllerSettings? {
    active[target]?.settings ?? passive[target]?.settings
  }

  private var running: [(String, ControllerSettings)] {
    (active.mapValues(\.settings).merging(passive.mapValues(\.settings)) { $1 })
      .sorted { $0.key < $1.key }
  }

  private func add(_ target: String, _ settings: ControllerSettings) -> EventLoopFuture<Void> {
    switch ControllerTarget(target) {
    case .active(let remote):
      let controller = ActiveController(target, remote, settings, service: self)
      active[target] = controller
      logAdded(target, settings)
      controller.start()
      return loop.makeSucceededVoidFuture()
    case .passive(let remote):
      let controller = PassiveController(target, remote, settings, service: self)
      passive[target] = controller
      let started = controller.start()
      started.whenComplete { [weak self] result in self?.listening(target, controller, result) }
      return started
    case nil:
      log.warnRL(targetLimit, "\(bridge.name): unsupported controller \"\(target)\"")
      return loop.makeSucceededVoidFuture()
    }
  }

  /// A place where we cannot listen is forgotten: it is tried again when the configuration changes.
  private func listening(
    _ target: String, _ controller: PassiveController, _ result: Result<Void, Error>
  ) {
    guard passive[target] === controller else { return }
    switch result {
    case .success: logAdded(target, controller.settings)
    case .failure(let error):
      connectionLog.err("\(bridge.name): failed to listen on \(target): \(describe(error))")
      passive[target] = nil
    }
  }

  private func logAdded(_ target: String, _ settings: ControllerSettings) {
    log.info("\(bridge.name): added \(settings.kind) controller \"\(target)\"")
  }

  private func remove(_ target: String) {
    active.removeValue(forKey: target)?.stop()
    passive.removeValue(forKey: target)?.stop()
  }

  /// The fail mode, or whether there are primary controllers, may be different.
  public func controllersChanged() {
    if bridge.settings.failMode == .standalone, hasPrimaries {
      if failOpen == nil { failOpen = FailOpen(self) }
    } else {
      failOpen?.recover()
      failOpen = nil
    }
    tick()
    statusChanged()
    updateListeners()
  }

  /// What in-band control is to keep open: addresses of controllers and managers.
  public func setInBand(remotes: [(address: UInt32, port: UInt16)], queue: UInt32?) {
    if remotes.isEmpty, inBand == nil { return }
    let inBand = inBand ?? InBand(self)
    self.inBand = inBand
    inBand.remotes = remotes.map { InBand.Remote(address: $0.address, port: $0.port) }
    inBand.queue = queue
    inBand.run()
    if !inBand.isActive { self.inBand = nil }
    tick()
  }

  /// Once a second while there is something to look after.
  private func tick() {
    guard !isTicking, failOpen != nil || inBand != nil else { return }
    isTicking = true
    clock.schedule(after: 1000) { [weak self] in
      guard let self else { return }
      self.isTicking = false
      self.failOpen?.run()
      self.inBand?.run()
      self.tick()
    }
  }

  // MARK: Connections

  /// The hellos are exchanged.
  func add(_ connection: OpenFlowConnection) {
    establishedConnections.append(connection)
    updateListeners()
    if connection.settings.kind == .primary { statusChanged() }
  }

  /// The connection is no more. Whether it was one that had been added.
  @discardableResult
  func remove(_ connection: OpenFlowConnection) -> Bool {
    guard let index = establishedConnections.firstIndex(where: { $0 === connection }) else {
      return false
    }
    establishedConnections.remove(at: index)
    updateListeners()
    return true
  }

  /// Sends a packet to those who want it (`Pipeline.onPacketIn`).
  public func packetIn(_ event: PacketInEvent) {
    packetIn(event.message, controllerID: event.controllerID)
  }

  func packetIn(_ message: PacketIn, controllerID: UInt16 = 0) {
    for connection in receivers(of: .packetIn, reason: message.reason.asyncReason)
    where connection.controllerID == controllerID {
      connection.packetIns.send(message, connection)
    }
  }

  /// To be called when a connection agreed on a version, chose another number, or went: connections
  /// of OpenFlow 1.0 to 1.2 want packets that no flow is for, and groups may watch for a controller.
  func updateListeners() {
    let wanted =
      establishedConnections.contains { $0.context.version < .v13 && $0.controllerID == 0 }
    bridge.wantsMisses.store(wanted, ordering: .relaxed)
    bridge.hasLiveController = establishedConnections.contains { $0.settings.kind == .primary }
  }

  public var connectionCount: Int { establishedConnections.count }

  /// Runs `body` as something that `connection` asked for.
  func attributing<T>(to connection: OpenFlowConnection, _ body: () throws -> T) rethrows -> T {
    source = connection
    defer { source = nil }
    return try body()
  }

  func controllerSpoke() { failOpen?.controllerSpoke() }

  func statusChanged() { onStatusChange?() }

  private func acceptSnooper(_ channel: Channel) -> EventLoopFuture<Void>? {
    guard let (target, _) = active.max(by: { preference($0.value) < preference($1.value) }) else {
      log.infoRL(snoopLimit, "no controller connection to snoop")
      return nil
    }
    let snooper = Snooper(name: "unix#\(nextSnooper)")
    nextSnooper += 1
    guard active[target]?.snoopers.add(snooper) == true else { return nil }
    return channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(snooper)
    }
  }

  /// How interesting a controller is to a snooper.
  private func preference(_ controller: ActiveController) -> Int {
    switch controller.connection?.role {
    case .primary?: 3
    case .equal?: 2
    case .secondary?: 1
    default: 0
    }
  }

  // MARK: Questions

  /// What the Controller table shows, by target. Passive controllers have no row of their own to fill.
  public var status: [String: ControllerStatus] {
    let now = now
    return active.mapValues { $0.status(at: now) }
  }

  private var primaries: [ActiveController] {
    active.values.filter { $0.settings.kind == .primary }
  }

  var hasPrimaries: Bool {
    !primaries.isEmpty || passive.values.contains { $0.settings.kind == .primary }
  }

  /// Seconds since a primary controller last ruled the bridge.
  var failureSeconds: Int64 {
    let now = now
    return primaries.map { $0.failureSeconds(at: now) }.min() ?? 0
  }

  var longestProbeInterval: Int64 {
    let all = primaries.map(\.settings.probeInterval)
    return
      (all + passive.values.map(\.settings).filter { $0.kind == .primary }.map(\.probeInterval))
      .max() ?? 0
  }

  var isAnyPrimaryConnected: Bool { primaries.contains { $0.connection != nil } }
  var isAnyPrimaryAdmitted: Bool { primaries.contains { $0.isAdmitted } }

  // MARK: News

  /// Tells the connections that want it. `make` may see what a connection has agreed on; nil tells it
  /// nothing.
  func tell(
    _ kind: AsyncConfiguration.Kind, reason: UInt8,
    _ make: (OpenFlowConnection) -> (any Message)?
  ) {
    for connection in receivers(of: kind, reason: reason) {
      if let message = make(connection) { connection.notify(message) }
    }
  }

  /// The connections that want such news. A copy: telling one may end it.
  func receivers(
    of kind: AsyncConfiguration.Kind, reason: UInt8
  ) -> [OpenFlowConnection] {
    establishedConnections.filter { $0.wants(kind, reason: reason) }
  }

  /// Tells everybody who wants to know that a port was added, changed or removed
  /// (`Pipeline.onPortChange`).
  ///
  /// Before OpenFlow 1.5, who asked for a change is not told of it: controllers of that time do not
  /// expect it.
  public func portChanged(_ port: BridgePort, _ change: Pipeline.PortChange) {
    let description = port.description
    let before = toldPorts[port.ofport]
    toldPorts[port.ofport] = change == .removed ? nil : description
    let reason: PortStatus.Reason =
      switch change {
      case .added: .add
      case .removed: .delete
      case .modified: .modify
      }
    let status = PortStatus(reason, description)
    for connection in receivers(of: .portStatus, reason: reason.rawValue) {
      if connection === source, connection.context.version < .v15 { continue }
      let bytes = MessageCodec.encode(status, xid: 0, connection.context)
      if reason == .modify, let before, let bytes,
        bytes == MessageCodec.encode(PortStatus(reason, before), xid: 0, connection.context)
      {
        continue
      }
      if let bytes { connection.notify(bytes) }
    }
  }

  /// Tells other controllers that one has changed groups or meters.
  func forward(_ request: any Message, _ reason: RequestForward.Reason, xid: UInt32) {
    for connection in receivers(of: .requestForward, reason: reason.rawValue) {
      if connection === source || (reason == .meterMod && connection.context.version < .v13) {
        continue
      }
      guard let bytes = MessageCodec.encode(request, xid: xid, connection.context) else { continue }
      connection.notify(RequestForward(bytes))
    }
  }
}
