import OpenFlow
import Runtime

private let log = Log("fail_open")

/// Makes a standalone bridge a switch while none of its controllers rules it.
///
/// Every controller must have had the chance to be found dead and to be reached again, so this begins
/// after three times the longest probe interval: silence, no answer, no connection. Then the flows go
/// and a hidden one makes the bridge switch on its own. It ends when a controller has taken the bridge
/// on; being connected is not enough (`Admission`). Control thread.
final class FailOpen {
  private unowned let service: OpenFlowService
  /// How long controllers were away when the log last told; 0 when the bridge has not failed open.
  private var toldSeconds: Int64 = 0
  private var nextProbe: Int64?

  /// Above everything that a controller can install.
  static let priority = 0xf0_f0f0
  private static let reminder: Int64 = 60
  private static let probeInterval: Int64 = 2000

  init(_ service: OpenFlowService) { self.service = service }

  var isActive: Bool { toldSeconds != 0 }

  /// Call it about once a second.
  func run() {
    let seconds = service.failureSeconds
    if seconds > 0, seconds >= service.longestProbeInterval * 3 {
      if !isActive {
        fail(seconds)
      } else if seconds > toldSeconds + Self.reminder {
        log.info(
          "Still in fail-open mode after \(seconds) seconds disconnected from controller")
        toldSeconds = seconds
      }
    }
    provoke()
  }

  private func fail(_ seconds: Int64) {
    log.warn(
      "Could not connect to controller (or switch failed controller's post-connection admission "
        + "control policy) for \(seconds) seconds, failing open")
    toldSeconds = seconds
    service.bridge.flushFlows()
    service.bridge.setHiddenFlows(
      .failOpen,
      [HiddenFlow(Match(), priority: Self.priority, [OutputAction(port: OpenFlowPort.normal)])])
  }

  /// A controller that is connected, but waits for something to do, is shown a packet.
  private func provoke() {
    guard isActive, service.isAnyPrimaryConnected else {
      nextProbe = nil
      return
    }
    let now = service.now
    if let nextProbe, now < nextProbe { return }
    if nextProbe != nil { service.packetIn(Self.inventedPacket) }
    nextProbe = now &+ Self.probeInterval
  }

  /// A question that a station asks about itself (RARP), as if it stood at the bridge's own port.
  private static var inventedPacket: PacketIn {
    let number = UInt64.random(in: 0...0x7f_ffff)
    let address = WireWriter.bytes { $0.integer(UInt128(0x0023_2080_0000 | number), 6) }
    let frame = WireWriter.bytes { writer in
      writer.append([0xff, 0xff, 0xff, 0xff, 0xff, 0xff] + address)
      for word: UInt16 in [0x8035, 1, 0x0800, 0x0604, 3] { writer.u16(word) }
      writer.append(address)
      writer.zeros(4)
      writer.append(address)
      writer.zeros(4)
    }
    var metadata = Match()
    metadata.set(.inPort, UInt128(OpenFlowPort.local))
    return PacketIn(.noMatch, packet: frame, metadata: metadata)
  }

  /// A controller said something.
  func controllerSpoke() {
    if isActive, service.isAnyPrimaryAdmitted { recover() }
  }

  /// Ends it for whatever reason.
  func recover() {
    guard isActive else { return }
    log.warn("No longer in fail-open mode")
    toldSeconds = 0
    nextProbe = nil
    service.bridge.setHiddenFlows(.failOpen, [])
  }
}
