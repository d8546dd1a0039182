/// Which unasked-for messages a controller wants: for each kind, a bit per reason, once for when its
/// role is primary or equal and once for secondary.
public struct AsyncConfiguration: Hashable, Sendable {
  public enum Kind: Int, CaseIterable, Sendable {
    case packetIn, portStatus, flowRemoved, roleStatus, tableStatus, requestForward
  }

  /// Reasons of packet-ins that are more than a number on the wire. The last two are OVS's own: a
  /// miss for which a flow or a table asked, and one that nobody said anything about.
  public enum PacketInReason {
    public static let noMatch: UInt8 = 0
    public static let action: UInt8 = 1
    public static let invalidTTL: UInt8 = 2
    public static let actionSet: UInt8 = 3
    public static let group: UInt8 = 4
    public static let packetOut: UInt8 = 5
    public static let explicitMiss: UInt8 = 6
    public static let implicitMiss: UInt8 = 7
  }

  private var primary = [UInt32](repeating: 0, count: Kind.allCases.count)
  private var secondary = [UInt32](repeating: 0, count: Kind.allCases.count)

  /// Nothing at all.
  public init() {}

  /// What a controller gets that never said what it wants.
  public init(defaultsOf version: OpenFlowVersion) {
    var packetIn: UInt32 = 0b111011 | 1 << UInt32(PacketInReason.explicitMiss)
    // Until OpenFlow 1.2 a packet that matches nothing goes to the controller.
    if version <= .v12 { packetIn |= 1 << UInt32(PacketInReason.implicitMiss) }
    self[.packetIn, .primary] = packetIn
    self[.portStatus, .primary] = 0b111
    self[.portStatus, .secondary] = 0b111
    self[.flowRemoved, .primary] = version >= .v14 ? 0b111111 : version == .v13 ? 0b1111 : 0b111
  }

  /// The bits of `kind` for a controller in `role`.
  public subscript(kind: Kind, role: ControllerRole) -> UInt32 {
    get { role == .secondary ? secondary[kind.rawValue] : primary[kind.rawValue] }
    set {
      if role == .secondary {
        secondary[kind.rawValue] = newValue
      } else {
        primary[kind.rawValue] = newValue
      }
    }
  }

  public func wants(_ kind: Kind, reason: UInt8, in role: ControllerRole) -> Bool {
    reason < 32 && self[kind, role] & 1 << UInt32(reason) != 0
  }

  /// Whether a packet whose time to live has run out is of interest. Older versions set this in the
  /// switch's configuration.
  public var wantsInvalidTTL: Bool {
    get { wants(.packetIn, reason: PacketInReason.invalidTTL, in: .primary) }
    set {
      let bit: UInt32 = 1 << UInt32(PacketInReason.invalidTTL)
      if newValue { self[.packetIn, .primary] |= bit } else { self[.packetIn, .primary] &= ~bit }
    }
  }

  /// Before OpenFlow 1.4, "action" stood for all ways in which actions can send a packet.
  public mutating func settle(in version: OpenFlowVersion) {
    guard version < .v14 else { return }
    for role in [ControllerRole.primary, .secondary] {
      if wants(.packetIn, reason: PacketInReason.action, in: role) {
        self[.packetIn, role] |= 0b111000
      }
    }
  }

  /// The reasons that `version` has for `kind`.
  static func allowed(_ kind: Kind, _ version: OpenFlowVersion) -> UInt32 {
    switch kind {
    case .packetIn: version >= .v14 ? 0b111111 : 0b111
    case .portStatus, .roleStatus: 0b111
    case .flowRemoved: 0b111111
    case .tableStatus: 0b11000
    case .requestForward: 0b11
    }
  }
}
