import Fields
import OpenFlow

/// What OpenFlow says and does about ports that the pipeline has no part in. `Interfaces` knows.
/// Control thread.
public protocol PortHardware: AnyObject {
  /// The device's counters, `PortCounts.unknown` for those it does not keep; nil to make do with what
  /// the datapath counted.
  func counts(of port: BridgePort) -> PortCounts?
  /// The numbers of the device's queues for sending.
  func queues(of port: BridgePort) -> [UInt32]
  /// Brings the device up or takes it down.
  func setUp(_ up: Bool, _ port: BridgePort)
  /// Who the first station on the way to `address` is, as the host knows it.
  func nextHop(to address: UInt32, from bridge: String) -> NextHop
}

/// The Ethernet address of the station that packets to some IPv4 address are handed to.
public enum NextHop: Equatable, Sendable {
  /// And why.
  case noRoute(String)
  /// There is a way, but its first station has not been heard of yet.
  case unknown
  case known(EthernetAddress)
}
