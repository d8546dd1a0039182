import Glibc
import NIOCore
import NIOPosix

/// Listening on a unix socket: the control socket, a bridge's `.mgmt` and `.snoop`.
public enum UnixListener {
  /// Listens on `path`, in place of whatever socket was left there by a process that died.
  /// `accept` prepares each connection on `loop`. The file goes away with the listener and at exit.
  public static func listen(
    path: String, loop: EventLoop, accept: @escaping (Channel) -> EventLoopFuture<Void>
  ) -> EventLoopFuture<Channel> {
    unlink(path)
    let bootstrap = ServerBootstrap(group: loop, childGroup: loop)
      .serverChannelOption(.backlog, value: 64)
      .childChannelInitializer(accept)
    return bootstrap.bind(unixDomainSocketPath: path).map { channel in
      ExitHooks.unlinkAtExit(path)
      channel.closeFuture.whenComplete { _ in
        unlink(path)
        ExitHooks.keepFile(path)
      }
      return channel
    }
  }
}
