import Datapath
import Fields

/// An interface's device: what a row of the Interface table becomes.
///
/// One file per `Interface.type` in `Types/`, listed in `InterfaceCatalog`. A device's life:
/// `InterfaceFactory.make` constructs and configures it or throws a `TextError` whose text the row's
/// `error` column shows; the owner hands `source` to `Datapath.attach`; `configure` may change it in
/// place; after `Datapath.detach` returned, `destroy` gives everything back, exactly once.
///
/// Threads: the control thread only, and no call blocks for long. What workers touch is behind
/// `source`.
public protocol InterfaceDevice: AnyObject {
  /// What `dpif/show` and `dpctl/show` call it: `tap` for internal ports, `patch`, `dpdk`, ...
  var typeName: String { get }
  /// What they print behind the type, e.g. `peer=p1` or `configured_rx_queues=1, ...`; often empty.
  var configurationText: String { get }
  /// Where its packets come from; nil for a patch port, which the datapath has never heard of.
  var source: PacketSource? { get }
  /// Whether it belongs to simulation.
  var isDummy: Bool { get }
  /// Whether a bridge may take its address from it: hardware-like devices, not internal or patch.
  var lendsAddress: Bool { get }
  /// The columns of the Interface row that tell how it is, read from the device now.
  var status: InterfaceStatus { get }
  /// Why a device that exists cannot work until somebody does something: for the column `error`.
  var trouble: String? { get }
  /// Changes options in place; throws `TextError` when the device refuses, and is then destroyed.
  func configure(_ request: InterfaceRequest) throws
  /// Sets the address of a device that can (internal, tap); others ignore it.
  func setAddress(_ address: EthernetAddress)
  /// The `statistics` column, by OVS's names, made of what the datapath counted and what the device
  /// itself knows.
  func statistics(_ counters: PortCounters) -> [String: Int64]
  /// Names of statistics that OpenFlow tells as the device's own, in OpenFlow 1.4 and later.
  var customStatistics: [String] { get }
  /// Numbers of its queues for sending, as OpenFlow's.
  var queueNumbers: [UInt32] { get }
  /// DPDK's description of the pool that its buffers are from; nil for what is none of DPDK's.
  var bufferPoolText: String? { get }
  /// Brings the device up or takes it down, where the switch may.
  func setUp(_ up: Bool)
  func destroy()
}

/// What is asked of a device: the Interface row, resolved.
public struct InterfaceRequest: Equatable, Sendable {
  public var name: String
  /// Never empty: "system" when the row has no type.
  public var type: String
  public var options: [String: String]
  public var otherConfig: [String: String]
  /// Column `mac`.
  public var macAddress: String?
  public var mtuRequest: Int?
  /// The bridge's `datapath_type` is "dummy": internal ports are simulated too.
  public var dummyDatapath: Bool

  public init(
    name: String, type: String, options: [String: String] = [:],
    otherConfig: [String: String] = [:], macAddress: String? = nil, mtuRequest: Int? = nil,
    dummyDatapath: Bool = false
  ) {
    self.name = name
    self.type = type
    self.options = options
    self.otherConfig = otherConfig
    self.macAddress = macAddress
    self.mtuRequest = mtuRequest
    self.dummyDatapath = dummyDatapath
  }
}

/// Status columns of an Interface row; nil leaves a column empty.
public struct InterfaceStatus: Equatable, Sendable {
  public var macAddress: EthernetAddress?
  public var ifindex: Int?
  public var mtu: Int?
  public var adminUp: Bool?
  public var linkUp = true
  /// Bits per second.
  public var linkSpeed: Int64?
  public var fullDuplex: Bool?
  public enum Medium: Sendable { case copper, fiber }
  public var medium: Medium?
  public var autonegotiates = false
  public var linkResets = 0
  /// Column `status`.
  public var status: [String: String] = [:]
  public init() {}
}
