import Glibc

private let log = Log("daemon_unix")

/// What systemd is told when it started us and wants to be told (`Type=notify`, `WatchdogSec`;
/// sd_notify(3)): that we are ready, that we end, and again and again that we are well. Each is a
/// datagram to the socket that `NOTIFY_SOCKET` names; without it nobody is told.
///
/// The watchdog's beats come from the control thread, twice in the time after which silence counts as
/// death. A control thread that hangs is silent, and so is one that finds a part of us ill: then
/// systemd starts us anew.
public struct ServiceManager {
  private let socket: String
  /// Between two beats, in milliseconds; nil if nobody waits for them.
  let beat: Int64?

  /// The one that started this process, if it wants to hear of it.
  public static let own = ServiceManager { getenv($0).map { String(cString: $0) } }

  init?(environment: (String) -> String?) {
    guard let socket = environment("NOTIFY_SOCKET"), !socket.isEmpty else { return nil }
    self.socket = socket
    let isForUs = environment("WATCHDOG_PID").map { $0 == "\(getpid())" } ?? true
    let limit = environment("WATCHDOG_USEC").flatMap { Int64($0) } ?? 0
    beat = isForUs && limit > 0 ? max(1, limit / 2000) : nil
  }

  /// After a fork the process that started is not the one that runs.
  public func ready() { tell("READY=1\nMAINPID=\(getpid())\n") }

  public func stopping() { tell("STOPPING=1\n") }

  /// Beats as long as `illness` finds none. In real time, whatever the clock says.
  public func watch(on loop: ControlLoop, illness: @escaping () -> String?) {
    guard let beat else { return }
    if let illness = illness() {
      log.err("\(illness): the watchdog is not told that all is well")
    } else {
      tell("WATCHDOG=1\n")
    }
    loop.execute(after: beat) { watch(on: loop, illness: illness) }
  }

  /// News that cannot be sent are lost: who does not listen does not want to know.
  private func tell(_ news: String) {
    guard let descriptor = UnixSocket.connect(socket, datagrams: true) else { return }
    _ = send(descriptor, news, news.utf8.count, Int32(MSG_DONTWAIT))
    close(descriptor)
  }
}
