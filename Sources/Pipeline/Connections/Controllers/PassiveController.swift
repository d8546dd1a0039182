import NIOCore
import OpenFlow
import Runtime

private let log = Log("connmgr")
private let tooMany = LogRateLimit(5, 5)
private let strangers = LogRateLimit(60, 60)

/// A place where controllers connect to us: a bridge's `.mgmt` socket, or a `punix:`, `ptcp:`, `pssl:`
/// target. Control thread.
///
/// What a stranger can cost is bounded: a second to say hello, and a number of connections per place
/// that no real network of controllers reaches. (OVS has no such number, and fails everywhere at once
/// when it has no descriptors left.) Each place has its own, so that nobody who floods one keeps
/// `ovs-ofctl` from another.
final class PassiveController {
  let target: String
  let remote: PassiveRemote
  private(set) var settings: ControllerSettings

  private unowned let service: OpenFlowService
  private var listener: Channel?
  private var connections: [ObjectIdentifier: OpenFlowConnection] = [:]
  private var isStopped = false

  /// Connections at most: each costs some kilobytes, and one of the descriptors that ports need, too.
  static let mostConnections = max(64, min(4096, FileDescriptors.limit / 4))
  /// Milliseconds for the hellos.
  private static let patience: Int64 = 1000
  private static var unnamed = 0

  init(
    _ target: String, _ remote: PassiveRemote, _ settings: ControllerSettings,
    service: OpenFlowService
  ) {
    self.target = target
    self.remote = remote
    self.settings = settings
    self.service = service
  }

  /// Starts to listen. The result fails if that cannot be.
  func start() -> EventLoopFuture<Void> {
    StreamListener.listen(
      remote, dscp: settings.dscp, tls: { [weak service] in service?.tls ?? TLSSettings() },
      loop: service.loop,
      accept: { [weak self] channel in
        self?.accept(channel) ?? channel.close()
      }
    ).map { [weak self] channel in
      guard let self, !self.isStopped else { return channel.close(promise: nil) }
      self.listener = channel
    }
  }

  func stop() {
    isStopped = true
    listener?.close(promise: nil)
    closeConnections()
  }

  func closeConnections() {
    for connection in connections.values { connection.close() }
  }

  func configure(_ new: ControllerSettings) {
    settings = new
    for connection in connections.values { connection.settings = new }
  }

  private func accept(_ channel: Channel) -> EventLoopFuture<Void>? {
    let name = "\(service.bridge.name)<->\(peerName(channel))"
    guard !isStopped else { return nil }
    guard connections.count < service.maxConnections else {
      log.warnRL(
        tooMany,
        "\(service.bridge.name): \(target) has \(connections.count) connections, "
          + "refusing \(name)")
      return nil
    }
    let new = OpenFlowConnection(name: name, service: service, settings: settings)
    connections[ObjectIdentifier(new)] = new
    new.onGreeted = { [unowned new, weak self] in self?.greeted(new) }
    new.onEnd = { [unowned new, weak self] end in self?.ended(new, end) }
    let timer = service.clock.schedule(after: Self.patience) { [weak new] in
      guard let new, !new.isEstablished else { return }
      connectionLog.infoRL(strangers, "\(new.name): connection timed out")
      new.close(.timedOut)
    }
    channel.closeFuture.whenComplete { _ in timer.cancel() }
    return new.attach(to: channel)
  }

  private func peerName(_ channel: Channel) -> String {
    switch remote {
    case .unix:
      defer { Self.unnamed += 1 }
      return "unix#\(Self.unnamed)"
    case .tcp, .ssl:
      let address = channel.remoteAddress
      let host = address?.ipAddress ?? "?"
      let place = "\(host.contains(":") ? "[\(host)]" : host):\(address?.port ?? 0)"
      return (isTLS ? "ssl:" : "tcp:") + place
    }
  }

  private var isTLS: Bool { if case .ssl = remote { true } else { false } }

  private func greeted(_ new: OpenFlowConnection) {
    connectionLog.dbg("\(new.name): connected")
    service.add(new)
  }

  private func ended(_ old: OpenFlowConnection, _ end: ConnectionEnd) {
    let wasEstablished = service.remove(old)
    connections[ObjectIdentifier(old)] = nil
    switch end {
    case .requested, .told: break
    case .endOfFile where wasEstablished:
      connectionLog.dbg("\(old.name): connection closed by peer")
    case .endOfFile:
      connectionLog.warnRL(
        strangers, "\(old.name): connection dropped (\(ConnectionEnd.reset.lastError ?? ""))")
    case .failed(let text):
      connectionLog.warnRL(strangers, "\(old.name): connection dropped (\(text))")
    }
  }
}
