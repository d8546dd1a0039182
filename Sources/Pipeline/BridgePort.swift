import Datapath
import Fields
import OpenFlow

/// A port of a bridge, as the pipeline sees it. Identity matters: learned addresses and megaflows
/// refer to the object, so a port that is removed and added again is another port.
///
/// Threads: the control thread writes, inside `Pipeline.change`; translators read under the read
/// lock. The traffic of patch ports is under the pipeline's statistics lock.
public final class BridgePort {
  public enum Kind: Hashable, Sendable {
    case datapath(PortNumber)
    /// One end of a patch pair; `peer` is the name of the other end, which may not exist.
    case patch(peer: String)
  }

  public let ofport: UInt16
  public let name: String
  public let bridge: Bridge
  /// Milliseconds, when the port was added.
  public let created: Int64
  public internal(set) var kind: Kind
  public internal(set) var vlan: VLANSettings
  public internal(set) var config: PortConfig = []
  public internal(set) var linkUp = true
  public internal(set) var features = PortSpeeds()
  public internal(set) var macAddress = EthernetAddress.zero
  /// What the interface is called in `dpif/show`: its type, e.g. `internal`.
  public internal(set) var typeName: String

  /// The other end of a patch pair, once both ends exist and name each other.
  public internal(set) weak var peer: BridgePort?

  /// Traffic of a patch port, in the view of its bridge.
  public struct PatchCounters: Equatable, Sendable {
    public var rxPackets: UInt64 = 0, rxBytes: UInt64 = 0
    public var txPackets: UInt64 = 0, txBytes: UInt64 = 0
    public init() {}
  }
  /// Under the statistics lock: read it with `Bridge.counters(of:)`.
  var traffic = PatchCounters()

  init(_ description: PortSettings, bridge: Bridge) {
    ofport = description.ofport
    name = description.name
    self.bridge = bridge
    created = bridge.pipeline.now()
    kind = description.kind
    vlan = description.vlan
    typeName = description.typeName
    macAddress = description.macAddress
    linkUp = description.linkUp
    features = description.features
    if description.noFlood { config.insert(.noFlood) }
    if !description.adminUp { config.insert(.portDown) }
  }

  public var isPatch: Bool {
    if case .patch = kind { return true }
    return false
  }

  public var datapathPort: PortNumber? {
    if case .datapath(let number) = kind { return number }
    return nil
  }

  /// The port as controllers see it.
  public var description: PortDescription {
    var description = PortDescription(number: ofport, address: macAddress, name: name)
    description.config = config
    description.state = !linkUp ? .linkDown : config.contains(.portDown) ? [] : .live
    description.current = features.current
    description.advertised = features.advertised
    description.supported = features.supported
    description.peer = features.peer
    return description
  }
}

/// Speeds and media of a port: now, offered, possible, and what the other side offers.
public struct PortSpeeds: Hashable, Sendable {
  public var current: PortFeatures = [], advertised: PortFeatures = []
  public var supported: PortFeatures = [], peer: PortFeatures = []
  public init() {}
}

/// What the configuration says of a port: the argument of `Bridge.addPort` and `updatePort`.
public struct PortSettings: Hashable {
  public var ofport: UInt16
  public var name: String
  public var kind: BridgePort.Kind
  public var typeName: String
  public var vlan = VLANSettings()
  public var macAddress = EthernetAddress.zero
  public var linkUp = true
  /// Whether somebody switched the device on; the other way round it is OFPPC_PORT_DOWN.
  public var adminUp = true
  public var features = PortSpeeds()
  /// The port does not take part in floods (OFPPC_NO_FLOOD at start).
  public var noFlood = false

  public init(ofport: UInt16, name: String, kind: BridgePort.Kind, typeName: String = "system") {
    self.ofport = ofport
    self.name = name
    self.kind = kind
    self.typeName = typeName
  }
}
