import JSONRPC
import NIOCore
import Runtime

private let log = Log("reconnect")

/// Keeps a client connected: tries its remotes in turn, waits between attempts, probes a silent server.
/// Control loop only. The log lines are OVS's.
final class Connector {
  private unowned let client: OVSDBClient
  private let loop: EventLoop
  private var policy: Reconnect
  private var turn = 0
  private var stopped = false
  private var channel: Channel?
  private var retry: Scheduled<Void>?
  private var probes: RepeatedTask?

  init(_ client: OVSDBClient) {
    self.client = client
    loop = client.loop
    let remotes = client.configuration.remotes
    policy = Reconnect(isLocal: remotes.allSatisfy { Remote($0)?.isUnix == true })
  }

  func start() { attempt() }

  func stop() {
    stopped = true
    retry?.cancel()
    probes?.cancel()
    channel?.close(promise: nil)
  }

  /// The present connection has brought us up to date.
  func proveUseful() { policy.succeeded() }

  private func attempt() {
    let remotes = client.configuration.remotes
    guard !stopped, !remotes.isEmpty else { return }
    let name = remotes[turn % remotes.count]
    turn += 1
    guard let remote = Remote(name) else {
      log.warn("\(name): not a connection method")
      return attemptFailed(name, "Address family not supported by protocol")
    }
    if !policy.isQuiet { log.info("\(name): connecting...") }
    let connection = JSONRPCConnection(name: name)
    let session = OVSDBSession(connection)
    connection.onBatchEnd = { [weak client] in client?.batchEnded() }
    connection.onClose = { [weak self] in self?.closed(name, $0) }
    RemoteStream.connect(
      remote, tls: client.configuration.tls, loop: loop,
      timeout: .milliseconds(max(1000, policy.backoff)), prepare: connection.attach
    ).whenComplete { [weak self] result in
      switch result {
      case .success(let channel): self?.connected(name, remote, channel, session)
      case .failure(let error):
        connection.onClose = nil
        self?.attemptFailed(name, describe(error))
      }
    }
  }

  private func connected(
    _ name: String, _ remote: Remote, _ channel: Channel, _ session: OVSDBSession
  ) {
    // It may be over before we get to know of it.
    guard !stopped, channel.isActive else { return channel.close(promise: nil) }
    log.info("\(name): connected")
    self.channel = channel
    client.begin(session)
    if remote.isUnix { return }
    let interval = client.configuration.probeInterval
    probes = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      if session.probe() { return }
      let seconds = formatted("%.3g", Double(interval.nanoseconds) / 1e9)
      log.err("\(name): no response to inactivity probe after \(seconds) seconds, disconnecting")
      session.close()
    }
  }

  private func closed(_ name: String, _ reason: String?) {
    channel = nil
    probes?.cancel()
    probes = nil
    client.end()
    if let reason, !policy.isQuiet {
      log.warn("\(name): connection dropped (\(reason))")
    } else if !policy.isQuiet {
      log.info("\(name): connection closed by peer")
    }
    policy.dropped()
    wait(name)
  }

  private func attemptFailed(_ name: String, _ reason: String) {
    if !policy.isQuiet { log.info("\(name): connection attempt failed (\(reason))") }
    policy.failed()
    if policy.fallsSilent {
      log.info(
        "\(name): continuing to reconnect in the background but suppressing further logging")
    }
    wait(name)
  }

  private func wait(_ name: String) {
    guard !stopped else { return }
    if policy.backoff >= 2000, !policy.isQuiet {
      let seconds = formatted("%.3g", Double(policy.backoff) / 1000)
      log.info("\(name): waiting \(seconds) seconds before reconnect")
    }
    retry = loop.scheduleTask(in: .milliseconds(policy.backoff)) { [weak self] in self?.attempt() }
  }
}
