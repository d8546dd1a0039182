/// Configuration of a port: what a controller may change. The bits of OpenFlow 1.0, of which later
/// versions have some.
public struct PortConfig: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let portDown = PortConfig(rawValue: 1 << 0)
  public static let noSTP = PortConfig(rawValue: 1 << 1)
  public static let noReceive = PortConfig(rawValue: 1 << 2)
  public static let noReceiveSTP = PortConfig(rawValue: 1 << 3)
  public static let noFlood = PortConfig(rawValue: 1 << 4)
  public static let noForward = PortConfig(rawValue: 1 << 5)
  public static let noPacketIn = PortConfig(rawValue: 1 << 6)

  static func known(in version: OpenFlowVersion) -> PortConfig {
    version == .v10
      ? PortConfig(rawValue: 0x7f) : [.portDown, .noReceive, .noForward, .noPacketIn]
  }
}

/// State of a port: what is, not what was asked for. The bits of OpenFlow 1.1 and, from 8 up, those
/// that only 1.0 has.
public struct PortState: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let linkDown = PortState(rawValue: 1 << 0)
  public static let blocked = PortState(rawValue: 1 << 1)
  /// Packets can be sent to it: what fast failover groups look at.
  public static let live = PortState(rawValue: 1 << 2)
  /// What the spanning tree makes of it.
  public static let stpMask = PortState(rawValue: 3 << 8)

  static func known(in version: OpenFlowVersion) -> PortState {
    version == .v10 ? [.linkDown, .stpMask] : [.linkDown, .blocked, .live]
  }
}

/// Speeds and media that a port has, offers or could have. The bits of OpenFlow 1.1 and later;
/// OpenFlow 1.0 has no speeds above 10 Gb/s and the rest four bits lower.
public struct PortFeatures: OptionSet, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public static let halfDuplex10M = PortFeatures(rawValue: 1 << 0)
  public static let fullDuplex10M = PortFeatures(rawValue: 1 << 1)
  public static let halfDuplex100M = PortFeatures(rawValue: 1 << 2)
  public static let fullDuplex100M = PortFeatures(rawValue: 1 << 3)
  public static let halfDuplex1G = PortFeatures(rawValue: 1 << 4)
  public static let fullDuplex1G = PortFeatures(rawValue: 1 << 5)
  public static let fullDuplex10G = PortFeatures(rawValue: 1 << 6)
  public static let fullDuplex40G = PortFeatures(rawValue: 1 << 7)
  public static let fullDuplex100G = PortFeatures(rawValue: 1 << 8)
  public static let fullDuplex1T = PortFeatures(rawValue: 1 << 9)
  public static let otherSpeed = PortFeatures(rawValue: 1 << 10)
  public static let copper = PortFeatures(rawValue: 1 << 11)
  public static let fiber = PortFeatures(rawValue: 1 << 12)
  public static let autonegotiation = PortFeatures(rawValue: 1 << 13)
  public static let pause = PortFeatures(rawValue: 1 << 14)
  public static let asymmetricPause = PortFeatures(rawValue: 1 << 15)

  /// The bits as OpenFlow 1.0 writes them.
  var version10: UInt32 { rawValue & 0x7f | (rawValue & 0xf800) >> 4 }

  init(version10 bits: UInt32) { self.init(rawValue: bits & 0x7f | (bits & 0xf80) << 4) }

  init(from reader: inout WireReader, _ context: WireContext) throws(OpenFlowError) {
    let bits = try reader.u32()
    if context.version == .v10 {
      self.init(version10: bits)
    } else {
      self.init(rawValue: bits & 0xffff)
    }
  }

  func write(to writer: inout WireWriter, _ context: WireContext) {
    writer.u32(context.version == .v10 ? version10 : rawValue)
  }

  /// The greatest speed among the features, 0 for none.
  public var kilobitsPerSecond: UInt32 {
    let speeds: [(PortFeatures, UInt32)] = [
      (.fullDuplex1T, 1_000_000_000), (.fullDuplex100G, 100_000_000),
      (.fullDuplex40G, 40_000_000), (.fullDuplex10G, 10_000_000),
      ([.fullDuplex1G, .halfDuplex1G], 1_000_000), ([.fullDuplex100M, .halfDuplex100M], 100_000),
      ([.fullDuplex10M, .halfDuplex10M], 10_000),
    ]
    return speeds.first { !isDisjoint(with: $0.0) }?.1 ?? 0
  }
}
