import NIOCore
import OpenFlow
import Runtime

/// The packet-ins of one connection on their way out: through a rate limit, if there is one, and then
/// to the connection, which takes only so many that the controller has not read yet. So a controller
/// that stops to read costs a bounded amount of memory.
///
/// As OVS does, it limits packets that no flow was for and those that flows send apart from each other.
///
/// Owned by the connection's event loop.
final class PacketInSender {
  private let clock: Clock
  private var actions: PacketInScheduler?
  private var misses: PacketInScheduler?
  private var timer: ClockTimer?

  init(_ clock: Clock) { self.clock = clock }

  /// Packets per second (`controller_rate_limit`), 0 for no limit, and those at once
  /// (`controller_burst_limit`).
  func setLimit(rate: Int, burst: Int) {
    guard rate > 0 else {
      (actions, misses) = (nil, nil)
      return
    }
    if actions == nil {
      let now = clock.monotonicMilliseconds
      actions = PacketInScheduler(rate: rate, burst: burst, now: now)
      misses = actions
    } else {
      actions?.setLimits(rate: rate, burst: burst)
      misses?.setLimits(rate: rate, burst: burst)
    }
  }

  /// What `Controller.status` shows of the limiter.
  var status: [String: String] {
    var status: [String: String] = [:]
    for (name, scheduler) in [("action", actions), ("miss", misses)] {
      guard let statistics = scheduler?.statistics else { continue }
      status["packet-in-\(name)-backlog"] = String(statistics.backlog)
      status["packet-in-\(name)-bypassed"] = String(statistics.bypassed)
      status["packet-in-\(name)-queued"] = String(statistics.queued)
      status["packet-in-\(name)-dropped"] = String(statistics.dropped)
    }
    return status
  }

  /// Packets that wait for their turn.
  var backlog: Int { (actions?.statistics.backlog ?? 0) + (misses?.statistics.backlog ?? 0) }

  func send(_ message: PacketIn, _ connection: OpenFlowConnection) {
    guard let bytes = MessageCodec.encode(message, xid: 0, connection.context) else { return }
    guard actions != nil else {
      connection.sendPacketIn(bytes)
      return
    }
    let port = message.metadata.value.key.inPort
    let now = clock.monotonicMilliseconds
    let passed =
      message.reason.isMiss
      ? misses?.pass(bytes, port: port, now: now) : actions?.pass(bytes, port: port, now: now)
    if let passed { connection.sendPacketIn(passed) } else { schedule(connection) }
  }

  func stop() { timer?.cancel() }

  /// Wakes up when the next message's time has come.
  private func schedule(_ connection: OpenFlowConnection) {
    let now = clock.monotonicMilliseconds
    let waits = [actions?.wait(now: now), misses?.wait(now: now)].compactMap { $0 }
    guard timer?.isPending != true, let wait = waits.min() else { return }
    timer = clock.schedule(after: max(1, wait)) { [weak self, weak connection] in
      if let self, let connection { self.release(connection) }
    }
  }

  private func release(_ connection: OpenFlowConnection) {
    let now = clock.monotonicMilliseconds
    let due = (actions?.proceed(now: now) ?? []) + (misses?.proceed(now: now) ?? [])
    for bytes in due { connection.sendPacketIn(bytes) }
    schedule(connection)
  }
}
