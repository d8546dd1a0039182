/// Why a packet went to the controllers. Any byte may come from the wire; those with names have a
/// meaning.
public struct PacketInReason: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let noMatch = PacketInReason(rawValue: 0)
  public static let action = PacketInReason(rawValue: 1)
  public static let invalidTTL = PacketInReason(rawValue: 2)
  public static let actionSet = PacketInReason(rawValue: 3)
  public static let group = PacketInReason(rawValue: 4)
  public static let packetOut = PacketInReason(rawValue: 5)
  /// Only inside the switch: an action of a table-miss flow, and no flow at all.
  public static let explicitMiss = PacketInReason(rawValue: 6)
  public static let implicitMiss = PacketInReason(rawValue: 7)

  private static let names = [
    "no_match", "action", "invalid_ttl", "action_set", "group", "packet_out", "", "",
  ]

  /// As actions' texts write it.
  public var text: String {
    Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : String(rawValue)
  }

  /// Reads a name in any case.
  public init?(text: some StringProtocol) {
    guard let index = Self.names.firstIndex(of: text.lowercased()) else { return nil }
    self.init(rawValue: UInt8(index))
  }

  /// Whether no flow said what to do with the packet.
  public var isMiss: Bool { self == .noMatch || self == .explicitMiss || self == .implicitMiss }

  /// The reason as settings of asynchronous messages know it.
  public var asyncReason: UInt8 {
    rawValue <= Self.implicitMiss.rawValue ? rawValue : Self.action.rawValue
  }

  /// The reason in the words of a version: 1.4 brought finer ones, 1.3 table-miss flows.
  func encoded(in version: OpenFlowVersion) -> UInt8 {
    switch self {
    case .noMatch, .implicitMiss: Self.noMatch.rawValue
    case .invalidTTL: rawValue
    case .actionSet, .group, .packetOut:
      version < .v14 ? Self.action.rawValue : rawValue
    case .explicitMiss: version < .v13 ? Self.action.rawValue : Self.noMatch.rawValue
    default: Self.action.rawValue
    }
  }
}
