import Datapath
import Fields

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

  /// OpenFlow 1.0's port configuration (OFPPC_*), without the bits nobody implements.
  public struct Config: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let portDown = Config(rawValue: 1 << 0)
    public static let noReceive = Config(rawValue: 1 << 2)
    /// Do not accept 802.1D spanning tree packets.
    public static let noReceiveSTP = Config(rawValue: 1 << 3)
    public static let noFlood = Config(rawValue: 1 << 4)
    public static let noForward = Config(rawValue: 1 << 5)
    public static let noPacketIn = Config(rawValue: 1 << 6)
  }

  public let ofport: UInt16
  public let name: String
  public unowned let bridge: Bridge
  public internal(set) var kind: Kind
  public internal(set) var vlan: VLANSettings
  public internal(set) var config: Config = []
  public internal(set) var linkUp = true
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

  init(_ description: PortDescription, bridge: Bridge) {
    ofport = description.ofport
    name = description.name
    self.bridge = bridge
    kind = description.kind
    vlan = description.vlan
    typeName = description.typeName
    macAddress = description.macAddress
    linkUp = description.linkUp
    if description.noFlood { config.insert(.noFlood) }
  }

  public var isPatch: Bool {
    if case .patch = kind { return true }
    return false
  }

  public var datapathPort: PortNumber? {
    if case .datapath(let number) = kind { return number }
    return nil
  }
}

/// What the configuration says of a port: the argument of `Bridge.addPort` and `updatePort`.
public struct PortDescription: Hashable, Sendable {
  public var ofport: UInt16
  public var name: String
  public var kind: BridgePort.Kind
  public var typeName: String
  public var vlan = VLANSettings()
  public var macAddress = EthernetAddress.zero
  public var linkUp = true
  /// The port does not take part in floods (OFPPC_NO_FLOOD at start).
  public var noFlood = false

  public init(ofport: UInt16, name: String, kind: BridgePort.Kind, typeName: String = "system") {
    self.ofport = ofport
    self.name = name
    self.kind = kind
    self.typeName = typeName
  }
}
