import NIOCore
import OpenFlow

/// Passes what happens to a bridge's flows on to the connections that monitor them. Control thread.
final class FlowMonitoring {
  private struct Watcher {
    weak var connection: OpenFlowConnection?
  }

  private var watchers: [ObjectIdentifier: Watcher] = [:]
  private unowned let bridge: Bridge

  init(_ bridge: Bridge) {
    self.bridge = bridge
    bridge.onFlowEvent = { [weak self] in self?.report($0) }
    bridge.onFlowEventsEnd = { [weak self] in self?.flush() }
  }

  /// A connection's monitors have changed, or it is gone.
  func update(_ connection: OpenFlowConnection, isOpen: Bool = true) {
    let isWatching = isOpen && !connection.monitors.isEmpty
    watchers[ObjectIdentifier(connection)] =
      isWatching ? Watcher(connection: connection) : nil
    bridge.wantsFlowEvents = !watchers.isEmpty
  }

  private func report(_ event: FlowEvent) {
    for (id, watcher) in watchers { watcher.connection?.monitors.report(event, to: id) }
  }

  private func flush() {
    for watcher in watchers.values {
      guard let connection = watcher.connection else { continue }
      connection.monitors.flush(connection)
    }
  }
}

extension OpenFlowConnection {
  /// Sends a list at once, message by message.
  func sendParts<Reply: EntryReply>(_ reply: Reply, entries: @escaping () -> Reply.Entry?) {
    guard var parts = ReplyParts(reply, xid: 0, context, entries: entries) else { return }
    while let part = parts.nextPart() { send(part) }
  }

  /// Says that the switch pauses, or goes on.
  func sendMonitorState(_ state: FlowMonitorReply.Event) {
    if context.version >= .v14 {
      send(FlowMonitorReply(entries: [.init(state)]), xid: 0)
    } else if state == .paused {
      send(FlowMonitorPaused(), xid: 0)
    } else {
      send(FlowMonitorResumed(), xid: 0)
    }
  }
}
