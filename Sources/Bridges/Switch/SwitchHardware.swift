import OpenFlow
import Pipeline

/// Answers what OpenFlow asks about devices. Control thread.
public final class SwitchHardware: PortHardware {
  private unowned let sw: Switch

  public init(_ sw: Switch) { self.sw = sw }

  /// The figures of the `statistics` column, under OpenFlow's names.
  public func counts(of port: BridgePort) -> PortCounts? {
    guard let running = running(port) else { return nil }
    let statistics = sw.statistics(of: running)
    func count(_ key: String) -> UInt64 {
      statistics[key].map(UInt64.init(clamping:)) ?? PortCounts.unknown
    }
    var c = PortCounts()
    (c.rxPackets, c.rxBytes) = (count("rx_packets"), count("rx_bytes"))
    (c.txPackets, c.txBytes) = (count("tx_packets"), count("tx_bytes"))
    (c.rxDropped, c.txDropped) = (count("rx_dropped"), count("tx_dropped"))
    (c.rxErrors, c.txErrors) = (count("rx_errors"), count("tx_errors"))
    c.rxFrameErrors = count("rx_frame_err")
    c.rxOverruns = count("rx_over_err")
    c.rxCRCErrors = count("rx_crc_err")
    c.collisions = count("collisions")
    c.custom = running.device.customStatistics.map { .init($0, count($0)) }
    return c
  }

  public func queues(of port: BridgePort) -> [UInt32] { running(port)?.device.queueNumbers ?? [] }

  /// Simulated devices tell nobody that they changed, so this looks at once.
  public func setUp(_ up: Bool, _ port: BridgePort) {
    guard let running = running(port) else { return }
    running.device.setUp(up)
    sw.devicesChanged([running])
  }

  public func nextHop(to address: UInt32, from bridge: String) -> NextHop {
    Routes.nextHop(to: address)
  }

  private func running(_ port: BridgePort) -> RunningPort? {
    sw.bridges[port.bridge.name]?.ports[port.name]
  }
}
