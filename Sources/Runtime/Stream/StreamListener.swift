import NIOCore
import NIOPosix
import NIOSSL

/// Listening for peers over unix, TCP or TLS.
public enum StreamListener {
  /// Listens until the channel that comes of it is closed. `accept` prepares each connection on `loop`;
  /// `tls` is asked anew for each, so that new keys count from the next connection on. With TLS the
  /// handshake may still fail after `accept`: the channel then closes with an error.
  public static func listen(
    _ remote: PassiveRemote, dscp: Int = 0, tls: @escaping () -> TLSSettings, loop: EventLoop,
    accept: @escaping (Channel) -> EventLoopFuture<Void>
  ) -> EventLoopFuture<Channel> {
    switch remote {
    case .unix(let path): return UnixListener.listen(path: path, loop: loop, accept: accept)
    case .tcp(let port, let address):
      return bootstrap(dscp, loop, accept).bind(host: address ?? "0.0.0.0", port: Int(port))
    case .ssl(let port, let address):
      let contexts = ServerContexts()
      return bootstrap(dscp, loop) { channel in
        channel.eventLoop.makeCompletedFuture {
          let handler = NIOSSLServerHandler(context: try contexts.current(tls()))
          try channel.pipeline.syncOperations.addHandler(handler)
        }.flatMap { accept(channel) }
      }.bind(host: address ?? "0.0.0.0", port: Int(port))
    }
  }

  private static func bootstrap(
    _ dscp: Int, _ loop: EventLoop, _ accept: @escaping (Channel) -> EventLoopFuture<Void>
  ) -> ServerBootstrap {
    ServerBootstrap(group: loop, childGroup: loop)
      .serverChannelOption(.backlog, value: 64)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(TrafficClass.option, value: TrafficClass.value(dscp))
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(TrafficClass.option, value: TrafficClass.value(dscp))
      .childChannelInitializer(accept)
  }
}

/// `other_config:dscp`: the class of service of our packets.
enum TrafficClass {
  static let option = ChannelOptions.Types.SocketOption(
    level: .ip, name: NIOBSDSocket.Option(rawValue: 1))  // IP_TOS

  /// The six bits of DSCP stand above the two of ECN.
  static func value(_ dscp: Int) -> Int { min(max(dscp, 0), 63) << 2 }
}
