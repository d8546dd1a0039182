import NIOCore
import OpenFlow
import Runtime

private let log = Log("connmgr")
private let snoopLimit = LogRateLimit(60, 60)

/// A bridge's OpenFlow side: it listens on `<rundir>/<bridge>.mgmt`, where `ovs-ofctl` connects, and on
/// `<rundir>/<bridge>.snoop`, and tells its connections what happens to ports.
///
/// **Flow of a request.** Bytes come in on a channel (`MessageFramer`), become a message
/// (`MessageCodec`), and the message answers itself: what a request means is an extension of its type
/// by `Request`, one file each in `Requests`. Anything that goes wrong becomes an OpenFlow error with
/// the request in it.
///
/// **Bounds.** A connection reads only when it has nothing to do: no request in work and no answer
/// that waits for the other side to read. So one that floods, or that stops reading, costs one
/// message and one buffer, however much it sends or asks for.
///
/// **Threads.** All on the control thread, which is the event loop.
public final class OpenFlowService {
  public let bridge: Bridge
  let pipeline: Pipeline
  /// Asked about devices; may be set later.
  public weak var hardware: (any PortHardware)?
  public var description = SwitchDescription()
  /// What `ovs-ofctl get-frags` shows. The pipeline knows no other way.
  let config = SwitchConfig()

  private let loop: EventLoop
  private let directory: String
  private var listeners: [Channel] = []
  private var connections: [ObjectIdentifier: OpenFlowConnection] = [:]
  private var isStopped = false
  private var nextConnection = 0

  /// `directory` is where the sockets go.
  public init(
    _ bridge: Bridge, pipeline: Pipeline, loop: EventLoop, directory: String = Paths.run
  ) {
    self.bridge = bridge
    self.pipeline = pipeline
    self.loop = loop
    self.directory = directory
  }

  /// Starts to listen. The result fails if a socket cannot be made; what could be made works on.
  public func start() -> EventLoopFuture<Void> {
    let management = listen("mgmt") { [weak self] channel in self?.accept(channel) }
    let snoop = listen("snoop") { [weak self] channel in self?.acceptSnooper(channel) }
    return management.and(snoop).map { _ in }
  }

  private func listen(
    _ suffix: String, _ accept: @escaping (Channel) -> EventLoopFuture<Void>?
  ) -> EventLoopFuture<Void> {
    let path = "\(directory)/\(bridge.name).\(suffix)"
    let listener = UnixListener.listen(path: path, loop: loop) { channel in
      accept(channel) ?? channel.close()
    }
    return listener.map { [weak self] channel in
      guard let self, !self.isStopped else { return channel.close(promise: nil) }
      self.listeners.append(channel)
    }
  }

  /// Closes all connections and stops to listen.
  public func stop() {
    isStopped = true
    for listener in listeners { listener.close(promise: nil) }
    listeners = []
    closeConnections()
  }

  /// Closes the connections, but goes on to listen (`bridge/reconnect`).
  public func closeConnections() {
    for connection in connections.values { connection.close() }
  }

  private func accept(_ channel: Channel) -> EventLoopFuture<Void>? {
    guard !isStopped else { return nil }
    nextConnection += 1
    let name = "\(bridge.name)<->unix#\(nextConnection)"
    let connection = OpenFlowConnection(name: name, service: self)
    connections[ObjectIdentifier(connection)] = connection
    channel.closeFuture.whenComplete { [weak self] _ in
      self?.connections[ObjectIdentifier(connection)] = nil
    }
    return connection.attach(to: channel)
  }

  /// A snooper sees what a controller and the switch say to each other. There is no controller.
  private func acceptSnooper(_ channel: Channel) -> EventLoopFuture<Void> {
    log.infoRL(snoopLimit, "no controller connection to snoop")
    return channel.eventLoop.makeFailedFuture(ChannelError.eof)
  }

  // MARK: News

  /// Tells everybody who wants to know that a port was added, changed or removed
  /// (`Pipeline.onPortChange`).
  public func portChanged(_ port: BridgePort, _ change: Pipeline.PortChange) {
    let reason: PortStatus.Reason =
      switch change {
      case .added: .add
      case .removed: .delete
      case .modified: .modify
      }
    let status = PortStatus(reason, port.description)
    for connection in connections.values { connection.notify(status) }
  }
}
