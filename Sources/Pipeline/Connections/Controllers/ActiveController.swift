import NIOCore
import OpenFlow
import Runtime

/// A controller that we connect to, again and again until it is taken out of the configuration.
///
/// It waits (BACKOFF), tries (CONNECTING: until the hellos are exchanged), and then is connected
/// (ACTIVE, or IDLE while an answer to a probe is waited for). The states, times and log lines are those
/// of OVS's rconn: operators and tools know them. Control thread.
final class ActiveController {
  enum State: String {
    case void = "VOID"
    case backoff = "BACKOFF"
    case connecting = "CONNECTING"
    case active = "ACTIVE"
  }

  let target: String
  let remote: Remote
  private(set) var settings: ControllerSettings
  /// The connection, once the hellos are exchanged.
  private(set) var connection: OpenFlowConnection?
  var snoopers = Snoopers()

  private unowned let service: OpenFlowService
  private let name: String
  private var state = State.void
  private var backoff: Backoff
  private var timer: ClockTimer?
  /// The connection that is being made.
  private var candidate: OpenFlowConnection?
  private var lastConnected: Int64?
  private var lastDisconnected: Int64?
  private var lastError: String?
  private var admission: Admission

  init(
    _ target: String, _ remote: Remote, _ settings: ControllerSettings, service: OpenFlowService
  ) {
    self.target = target
    self.remote = remote
    self.settings = settings
    self.service = service
    name = "\(service.bridge.name)<->\(target)"
    backoff = Backoff(limit: settings.maxBackoffMilliseconds)
    admission = Admission(now: service.now)
  }

  func start() { attempt() }

  func stop() {
    timer?.cancel()
    state = .void
    snoopers.close()
    for connection in [connection, candidate] { connection?.close() }
  }

  /// Drops the connection, if there is one, and makes a new one.
  func reconnect() {
    guard let connection else { return }
    connectionLog.info("\(name): disconnecting")
    connection.close()
  }

  func configure(_ new: ControllerSettings) {
    let isOtherClass = new.dscp != settings.dscp
    settings = new
    backoff.setLimit(new.maxBackoffMilliseconds)
    connection?.settings = new
    candidate?.settings = new
    if isOtherClass { reconnect() }
  }

  // MARK: Connecting

  private func attempt() {
    guard state != .connecting else { return }
    if backoff.isNews { connectionLog.info("\(name): connecting...") }
    enter(.connecting)
    backoff.attempted(at: service.now)
    let new = OpenFlowConnection(name: name, service: service, settings: settings)
    candidate = new
    new.onGreeted = { [weak self] in self?.greeted(new) }
    timer = service.clock.schedule(after: backoff.patience) { [weak self] in self?.tookTooLong(new)
    }
    RemoteStream.connect(
      remote, tls: service.tls, loop: service.loop, timeout: .milliseconds(backoff.patience),
      dscp: settings.dscp, prepare: new.attach
    ).whenComplete { [weak self] result in self?.attempted(new, result) }
  }

  private func attempted(_ new: OpenFlowConnection, _ result: Result<Channel, Error>) {
    switch result {
    case .failure(let error):
      guard candidate === new else { return }
      failed(ConnectionEnd(error, of: name))
    case .success(let channel):
      guard candidate === new || connection === new else { return channel.close(promise: nil) }
      new.onEnd = { [weak self] end in self?.ended(new, end) }
      if !channel.isActive { ended(new, .endOfFile) }
    }
  }

  /// The way to a peer on this machine is known to lead nowhere at once.
  private func failed(_ end: ConnectionEnd) {
    let text = end.lastError ?? ""
    if remote.isLocal {
      connectionLog.warn("\(name): connection failed (\(text))")
      backoff.gaveUp()
    } else {
      connectionLog.warn("\(name): connection dropped (\(text))")
      lastDisconnected = service.now
    }
    disconnected(end)
  }

  private func tookTooLong(_ new: OpenFlowConnection) {
    guard candidate === new else { return }
    if backoff.isNews { connectionLog.info("\(name): connection timed out") }
    backoff.gaveUp()
    lastDisconnected = service.now
    new.onEnd = nil
    disconnected(.timedOut)
    new.close()
  }

  private func greeted(_ new: OpenFlowConnection) {
    guard candidate === new else { return }
    timer?.cancel()
    candidate = nil
    connection = new
    lastConnected = service.now
    admission.connected(at: service.now)
    new.onMessage = { [weak self] bytes, isReceived in self?.passed(bytes, isReceived) }
    connectionLog.info("\(name): connected")
    enter(.active)
    service.add(new)
  }

  private func passed(_ bytes: [UInt8], _ isReceived: Bool) {
    snoopers.send(bytes)
    guard isReceived, let version = connection?.context.version else { return }
    admission.received(bytes, version, at: service.now)
    service.controllerSpoke()
  }

  // MARK: Disconnecting

  private func ended(_ old: OpenFlowConnection, _ end: ConnectionEnd) {
    guard connection === old || candidate === old, state != .void else { return }
    // Before the hellos are exchanged, the other side has no reason to be content.
    let end = candidate === old && end == .endOfFile ? .reset : end
    lastDisconnected = service.now
    switch end {
    case .requested, .told: break
    case .endOfFile: connectionLog.info("\(name): connection closed by peer")
    case .failed(let text): connectionLog.warn("\(name): connection dropped (\(text))")
    }
    disconnected(end)
  }

  private func disconnected(_ end: ConnectionEnd) {
    timer?.cancel()
    if let connection { service.remove(connection) }
    connection = nil
    candidate = nil
    lastError = end.lastError
    let wasNews = backoff.isNews
    switch backoff.lost(at: service.now) {
    case .again: break
    case .longer:
      connectionLog.info("\(name): waiting \(backoff.wait / 1000) seconds before reconnect")
    case .longest:
      if wasNews {
        connectionLog.info(
          "\(name): continuing to retry connections in the background but suppressing further "
            + "logging")
      }
    }
    enter(.backoff)
    timer = service.clock.schedule(after: backoff.wait) { [weak self] in self?.attempt() }
  }

  private func enter(_ new: State) {
    connectionLog.dbg("\(name): entering \(new.rawValue)")
    state = new
    service.statusChanged()
  }

  // MARK: Questions

  /// Seconds for which the controller has not been one that rules the bridge.
  func failureSeconds(at now: Int64) -> Int64 {
    connection != nil && admission.isAdmitted ? 0 : admission.secondsSince(at: now)
  }

  var isAdmitted: Bool { connection != nil && admission.isAdmitted }

  func status(at now: Int64) -> ControllerStatus {
    var s = ControllerStatus()
    s.isConnected = connection != nil
    s.role = connection?.role
    s.status = connection?.packetInStatus ?? [:]
    s.status["last_error"] = lastError
    s.status["state"] = connection?.watch.isIdle == true ? "IDLE" : state.rawValue
    s.status["sec_since_connect"] = lastConnected.map { String((now &- $0) / 1000) }
    s.status["sec_since_disconnect"] = lastDisconnected.map { String((now &- $0) / 1000) }
    return s
  }
}

extension Remote {
  /// Whether the peer is on this machine.
  fileprivate var isLocal: Bool {
    switch self {
    case .unix: true
    case .tcp(let address), .ssl(let address):
      address.host.hasPrefix("127.") || address.host == "::1" || address.host == "localhost"
    }
  }
}
