import Runtime
import Synchronization

private let coverage = Coverage.counter("patch_port_loop")

/// Loops of patch ports that packets ran into. Every loop is counted by the port at which the packet
/// was recognised, and all together as `patch_port_loop` in `coverage/show`. Any thread.
public final class PatchLoops {
  private let packets = Mutex<[String: UInt64]>([:])

  init() {}

  func count(_ port: BridgePort, _ number: UInt64) {
    coverage.hit(number)
    packets.withLock { $0["\(port.bridge.name)/\(port.name)", default: 0] &+= number }
  }

  /// Copies dropped, by "bridge/port".
  public var dropped: [String: UInt64] { packets.withLock { $0 } }
}
