import Datapath
import Runtime

/// Ports that connect to sockets of hypervisors. Those whose peer is not there look for it again and
/// again: two system calls each, so that a guest is found soon after it started, and after the switch
/// or the hypervisor came back. Control thread.
final class VhostClients {
  /// Milliseconds between looks.
  static let interval: Int64 = 50

  private var ports: [ObjectIdentifier: VhostInterface] = [:]
  private var isWaiting = false
  /// Where time passes; until then nobody looks.
  var loop: ControlLoop? { didSet { waitIfNeeded() } }

  func owner(ofPath path: String) -> VhostInterface? { ports.values.first { $0.path == path } }

  func add(_ port: VhostInterface) {
    ports[ObjectIdentifier(port)] = port
    waitIfNeeded()
  }

  func remove(_ port: VhostInterface) { ports[ObjectIdentifier(port)] = nil }

  private var lostPages: UInt64 = 0

  func reportLostPages() {
    let now = VhostPort.lostPages
    guard now != lostPages else { return }
    vhostLog.err(
      "a guest has taken away memory that it shares with the switch: \(now - lostPages) pages read as "
        + "empty")
    lostPages = now
  }

  private func waitIfNeeded() {
    guard !isWaiting, !ports.isEmpty, let loop else { return }
    isWaiting = true
    loop.execute(after: VhostClients.interval) { [weak self] in
      guard let self else { return }
      isWaiting = false
      for port in ports.values where port.isAlone { port.tryToConnect() }
      waitIfNeeded()
    }
  }
}
