import JSONRPC
import NIOCore
import NIOPosix
import Runtime

/// Opens channels to the servers that a remote names (ovsdb(7), "Connection Methods").
public struct Connector {
  private let loop: EventLoop

  public init(loop: EventLoop) { self.loop = loop }

  /// A channel that does not read yet: a JSON-RPC connection is attached first.
  public func connect(_ remote: String) -> EventLoopFuture<Channel> {
    let bootstrap = ClientBootstrap(group: loop).channelOption(.autoRead, value: true)
    if let path = remote.dropping("unix:") {
      return bootstrap.connect(unixDomainSocketPath: Paths.absolute(path, in: Paths.run))
    }
    if let address = remote.dropping("tcp:"), let peer = HostPort(address, defaultPort: 6640) {
      return bootstrap.connect(host: peer.host, port: Int(peer.port))
    }
    return loop.makeFailedFuture(TextError("\(remote): remote is not unix: or tcp:"))
  }
}

extension String {
  fileprivate func dropping(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
