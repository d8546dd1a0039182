import Synchronization

/// Loops of patch ports that packets ran into. Every loop is counted by the port at which the packet
/// was recognised. Any thread.
public final class PatchLoops {
  private let packets = Mutex<[String: UInt64]>([:])

  init() {}

  func count(_ port: BridgePort, _ number: UInt64) {
    packets.withLock { $0["\(port.bridge.name)/\(port.name)", default: 0] &+= number }
  }

  /// Copies dropped, by "bridge/port".
  public var dropped: [String: UInt64] { packets.withLock { $0 } }
}
