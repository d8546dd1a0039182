import OVSDB
import Pipeline
import Runtime

/// What the database asks for, as plain values.
///
/// A configuration change goes through four rooms: `Desired` reads the rows of the Open_vSwitch
/// schema (ovs-vswitchd.conf.db(5)) into these values, `Changes` compares them with what runs and
/// lists the steps (a pure function), `Apply` takes the steps, deletions first, and `Report` writes
/// back what came of it. Nothing here touches a device, so all of it can be tested as values.
public struct DesiredSwitch: Equatable, Sendable {
  public var bridges: [DesiredBridge] = []
  /// From the table SSL; nil when the database says nothing of keys.
  public var tls: TLSSettings?
  /// Managers that are reached through a bridge.
  public var inBandManagers: [ManagerAddress] = []
  /// Flows are being restored: nobody else may change them.
  public var awaitsFlows = false
  public init() {}

  public struct ManagerAddress: Hashable, Sendable {
    public var address: UInt32
    public var port: UInt16
  }
}

/// A row of the Bridge table.
public struct DesiredBridge: Equatable, Sendable {
  public var name: String
  public var uuid: UUID?
  public var datapathType = ""
  public var secureFailMode = false
  /// `protocols`: the versions of OpenFlow it speaks, all when none is named.
  public var protocols: [String] = []
  /// `other_config:datapath-id`, as its 64-bit value.
  public var datapathID: UInt64?
  /// `other_config:hwaddr`.
  public var hardwareAddress: String?
  public var forwardBPDU = false
  /// `other_config:mac-aging-time`, seconds.
  public var macAgingTime = 300
  /// `other_config:mac-table-size`, entries.
  public var macTableSize = 8192
  public var floodVLANs: Set<UInt16> = []
  /// Rows of Flow_Table, by the number of the table.
  public var flowTables: [UInt8: DesiredFlowTable] = [:]
  public var controllers: [DesiredController] = []
  /// `other_config:disable-in-band`, `other_config:in-band-queue`.
  public var disablesInBand = false
  public var inBandQueue: UInt32?
  /// `other_config:controller-queue-size`.
  public var queueSize = ControllerSettings.defaultQueueSize
  public var ports: [DesiredPort] = []

  public init(name: String, uuid: UUID?) {
    self.name = name
    self.uuid = uuid
  }
}

/// A row of the Port table.
public struct DesiredPort: Equatable, Sendable {
  public var name: String
  public var uuid: UUID?
  public var vlan = DesiredVLAN()
  public var interfaces: [DesiredInterface] = []

  public init(name: String, uuid: UUID?) {
    self.name = name
    self.uuid = uuid
  }
}

/// The VLAN columns of a Port row.
public struct DesiredVLAN: Equatable, Sendable {
  /// `vlan_mode`: "access", "trunk", "native-tagged", "native-untagged", "dot1q-tunnel" or unset.
  public var mode: String?
  public var tag: UInt16?
  public var trunks: Set<UInt16> = []
  /// `other_config:priority-tags`: "never" (or false), "if-nonzero" (or true), "always".
  public var priorityTags: String?
  public init() {}
}

/// A row of the Interface table.
public struct DesiredInterface: Equatable, Sendable {
  public var name: String
  public var uuid: UUID?
  /// The row's `type`; "" means "system". A bridge's own port is "internal" whatever the row says.
  public var type = ""
  public var options: [String: String] = [:]
  public var otherConfig: [String: String] = [:]
  /// `ofport_request`, when it is a valid port number.
  public var requestedPort: UInt16?
  /// `ofport` as an earlier run of the daemon left it: taken again when it is free.
  public var previousPort: UInt16?
  /// `mac`: the address to set, where the type can.
  public var mac: String?
  public var mtuRequest: Int?

  public init(name: String, uuid: UUID?) {
    self.name = name
    self.uuid = uuid
  }
}
