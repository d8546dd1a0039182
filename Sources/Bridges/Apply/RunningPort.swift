import Datapath
import Fields
import Interfaces
import OpenFlow
import Pipeline

/// An interface that runs: its device, its place in a bridge, and what the database asked for when it
/// was last configured. Control thread.
public final class RunningPort {
  public let bridge: String
  public let device: any InterfaceDevice
  public let ofport: UInt16
  /// Nil for patch ports: the datapath has never heard of them.
  public let datapathPort: PortNumber?
  public internal(set) var wanted: DesiredInterface
  /// The Port row it belongs to.
  public internal(set) var port: DesiredPort
  /// `pmd-rxq-affinity` as it was read last, and cores by queue as it was right last.
  var affinityText = ""
  var queuePins: [Int: Int] = [:]
  /// `tx-steering`.
  var isSteeredByHash = false

  init(
    bridge: String, device: any InterfaceDevice, ofport: UInt16, datapathPort: PortNumber?,
    wanted: DesiredInterface, port: DesiredPort
  ) {
    self.bridge = bridge
    self.device = device
    self.ofport = ofport
    self.datapathPort = datapathPort
    self.wanted = wanted
    self.port = port
  }

  public var name: String { wanted.name }

  /// What the pipeline is to know of it.
  var settings: PortSettings {
    var d = PortSettings(
      ofport: ofport, name: name,
      kind: datapathPort.map { .datapath($0) } ?? .patch(peer: wanted.options["peer"] ?? ""),
      typeName: device.typeName)
    d.vlan = VLANSettings(port.vlan)
    let status = device.status
    d.macAddress = status.macAddress ?? .zero
    d.linkUp = status.linkUp
    d.adminUp = status.adminUp ?? true
    d.features.current = PortFeatures(status)
    return d
  }
}

extension PortFeatures {
  /// What a device is running at. Speeds that have no bit of their own count as "other".
  init(_ status: InterfaceStatus) {
    guard let speed = status.linkSpeed else {
      self = []
      return
    }
    let fullDuplex = status.fullDuplex ?? true
    switch speed / 1_000_000 {
    case 10: self = fullDuplex ? .fullDuplex10M : .halfDuplex10M
    case 100: self = fullDuplex ? .fullDuplex100M : .halfDuplex100M
    case 1000: self = fullDuplex ? .fullDuplex1G : .halfDuplex1G
    case 10_000: self = .fullDuplex10G
    case 40_000: self = .fullDuplex40G
    case 100_000: self = .fullDuplex100G
    case 1_000_000: self = .fullDuplex1T
    default: self = .otherSpeed
    }
    switch status.medium {
    case .copper: insert(.copper)
    case .fiber: insert(.fiber)
    case nil: break
    }
    if status.autonegotiates { insert(.autonegotiation) }
  }
}

/// A bridge that runs. Control thread.
public final class RunningBridge {
  public let name: String
  public internal(set) var wanted: DesiredBridge
  public internal(set) var ports: [String: RunningPort] = [:]
  public let pipeline: Bridge
  /// The address it has when no port lends one: made once.
  let fallbackAddress = BridgeAddress.random()
  var portNumbers = OpenFlowPortNumbers()
  /// The numbers that ports had which are gone: one that comes back gets its number again if it is
  /// still free, since flows may name it.
  var formerNumbers: [String: UInt16] = [:]

  init(_ wanted: DesiredBridge, pipeline: Bridge) {
    name = wanted.name
    self.wanted = wanted
    self.pipeline = pipeline
  }

}

extension VLANSettings {
  /// The VLAN columns of a Port row (ovs-vswitchd.conf.db(5), Port, "VLAN Configuration"). Without a
  /// mode, a tag makes an access port (its `trunks` are ignored), anything else a trunk.
  public init(_ d: DesiredVLAN) {
    self.init(tag: d.tag ?? 0, trunks: d.trunks.isEmpty ? nil : d.trunks)
    switch d.mode {
    case "access": mode = .access
    case "native-tagged": mode = .nativeTagged
    case "native-untagged": mode = .nativeUntagged
    case "trunk": mode = .trunk
    default: mode = d.tag == nil ? .trunk : .access
    }
    if mode == .trunk { tag = 0 }
    if mode == .access { trunks = nil }
    switch d.priorityTags {
    case "if-nonzero", "true": priorityTags = .ifNonzero
    case "always": priorityTags = .always
    default: priorityTags = .never
    }
  }
}
