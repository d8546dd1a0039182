import NIOCore
import NIOPosix

/// The control thread: one NIO event loop that owns the database's replica, the bridges' settings, the
/// control socket and the OpenFlow connections. What it owns needs no lock.
///
/// Make it only after the daemon has detached: a fork keeps just the thread that called it.
public final class ControlLoop {
  public let loop: EventLoop
  public let group: MultiThreadedEventLoopGroup

  public init(clock: Clock = .shared) {
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    loop = group.next()
    clock.attach(loop)
  }

  /// Whether the caller is on the control thread.
  public var isCurrent: Bool { loop.inEventLoop }

  /// Runs `body` on the control thread, later. Any thread.
  public func execute(_ body: @escaping () -> Void) { loop.execute(body) }

  /// Runs `body` on the control thread after so many milliseconds of real time. Any thread.
  public func execute(after milliseconds: Int64, _ body: @escaping () -> Void) {
    loop.scheduleTask(in: .milliseconds(milliseconds), body)
  }

  /// Runs `body` on the control thread and returns its result. Any thread; on the control thread
  /// itself it just runs.
  public func sync<T>(_ body: @escaping () throws -> T) throws -> T {
    if loop.inEventLoop { return try body() }
    return try loop.submit { UncheckedBox(try body()) }.wait().value
  }

  /// Ends the thread. Not on the control thread.
  public func shutdown() { try? group.syncShutdownGracefully() }
}

/// Carries a value across threads whose exclusive use the code around it guarantees.
public struct UncheckedBox<Value>: @unchecked Sendable {
  public var value: Value

  public init(_ value: Value) { self.value = value }
}
