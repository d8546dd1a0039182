/// Asks what the switch is.
public struct FeaturesRequest: EmptyMessage {
  public static let places = [MessagePlace(.type(5), .v10 ... .v15)]
  public init() {}
}

/// What the switch is, and up to OpenFlow 1.2 also its ports.
public struct FeaturesReply: Message {
  public static let places = [MessagePlace(.type(6), .v10 ... .v15)]

  public struct Capabilities: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let flowStats = Capabilities(rawValue: 1 << 0)
    public static let tableStats = Capabilities(rawValue: 1 << 1)
    public static let portStats = Capabilities(rawValue: 1 << 2)
    /// In 1.0 the place of `groupStats` is that of STP, which no switch of ours tells.
    public static let groupStats = Capabilities(rawValue: 1 << 3)
    public static let ipReassembly = Capabilities(rawValue: 1 << 5)
    public static let queueStats = Capabilities(rawValue: 1 << 6)
    public static let arpMatchIP = Capabilities(rawValue: 1 << 7)
    public static let portBlocked = Capabilities(rawValue: 1 << 8)
    public static let bundles = Capabilities(rawValue: 1 << 9)
    public static let flowMonitoring = Capabilities(rawValue: 1 << 10)

    static func known(in version: OpenFlowVersion) -> Capabilities {
      let common: Capabilities = [.flowStats, .tableStats, .portStats, .ipReassembly, .queueStats]
      switch version {
      case .v10: return common.union(.arpMatchIP)
      case .v11: return common.union([.arpMatchIP, .groupStats])
      case .v12, .v13: return common.union([.portBlocked, .groupStats])
      default: return common.union([.portBlocked, .groupStats, .bundles, .flowMonitoring])
      }
    }
  }

  public var datapathID: UInt64
  public var bufferCount: UInt32 = 0
  public var tableCount: UInt8
  /// Which of a controller's connections to the switch it is (1.3 and later).
  public var auxiliaryID: UInt8 = 0
  public var capabilities: Capabilities
  /// One bit per standard action that works, told in 1.0.
  public var actions: UInt32
  public var ports: [PortDescription]

  public init(
    datapathID: UInt64, tableCount: UInt8, capabilities: Capabilities, actions: UInt32,
    ports: [PortDescription]
  ) {
    self.datapathID = datapathID
    self.tableCount = tableCount
    self.capabilities = capabilities
    self.actions = actions
    self.ports = ports
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    datapathID = try reader.u64()
    bufferCount = try reader.u32()
    tableCount = try reader.u8()
    auxiliaryID = try reader.u8()
    try reader.skip(2)
    capabilities = Capabilities(rawValue: try reader.u32())
    actions = try reader.u32()
    ports = []
    while !reader.isAtEnd { ports.append(try PortDescription(from: &reader, context)) }
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u64(datapathID)
    writer.u32(bufferCount)
    writer.u8(tableCount)
    writer.u8(context.version >= .v13 ? auxiliaryID : 0)
    writer.zeros(2)
    writer.u32(capabilities.intersection(.known(in: context.version)).rawValue)
    writer.u32(context.version == .v10 ? actions : 0)
    guard context.version < .v13 else { return }
    for port in ports {
      let before = writer.count
      port.write(to: &writer, context)
      // The message cannot hold more; `PortDescriptionRequest` gets them all.
      if writer.count > MessageCodec.maxLength { return writer.truncate(to: before) }
    }
  }
}
