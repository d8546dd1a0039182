import NIOCore
import NIOPosix
import NIOSSL

/// Connecting to a peer over unix, TCP or TLS. One attempt; who wants more tries again.
public enum RemoteStream {
  /// The channel of a new connection. `prepare` runs on `loop` before anything is read, so it can add
  /// handlers without losing bytes. With TLS the handshake may still fail after this succeeded: the
  /// channel then closes with an error.
  public static func connect(
    _ remote: Remote, tls: TLSSettings, loop: EventLoop, timeout: TimeAmount, dscp: Int = 0,
    prepare: @escaping (Channel) -> EventLoopFuture<Void>
  ) -> EventLoopFuture<Channel> {
    let bootstrap = ClientBootstrap(group: loop).connectTimeout(timeout)
    switch remote {
    case .unix(let path):
      return bootstrap.channelInitializer(prepare).connect(unixDomainSocketPath: path)
    case .tcp(let address):
      return network(bootstrap, dscp)
        .channelInitializer(prepare).connect(host: address.host, port: Int(address.port))
    case .ssl(let address):
      return network(bootstrap, dscp)
        .channelInitializer { channel in
          channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(clientHandler(tls))
          }.flatMap { prepare(channel) }
        }.connect(host: address.host, port: Int(address.port))
    }
  }

  private static func network(_ bootstrap: ClientBootstrap, _ dscp: Int) -> ClientBootstrap {
    bootstrap.channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelOption(TrafficClass.option, value: TrafficClass.value(dscp))
  }

  /// Peers are checked against the authority's certificate, not by host name, as in OVS.
  private static func clientHandler(_ tls: TLSSettings) throws -> NIOSSLClientHandler {
    let context = try NIOSSLContext(configuration: tls.clientConfiguration())
    guard let path = tls.missingAuthority else {
      return try NIOSSLClientHandler(context: context, serverHostname: nil)
    }
    let learn: NIOSSLCustomVerificationCallback = { chain, verdict in
      // Nothing may be said to a peer that is not verified: learn, and let the next attempt verify.
      AuthorityBootstrap.save(chain, to: path)
      verdict.succeed(.failed)
    }
    return try NIOSSLClientHandler(
      context: context, serverHostname: nil, customVerificationCallback: learn)
  }
}
