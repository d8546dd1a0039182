import OpenFlow

/// What OpenFlow says and does about ports that the pipeline has no part in. `Interfaces` knows.
/// Control thread.
public protocol PortHardware: AnyObject {
  /// The device's counters, `PortCounts.unknown` for those it does not keep; nil to make do with what
  /// the datapath counted.
  func counts(of port: BridgePort) -> PortCounts?
  /// Brings the device up or takes it down.
  func setUp(_ up: Bool, _ port: BridgePort)
}
