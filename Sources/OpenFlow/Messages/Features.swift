/// Asks what the switch is.
public struct FeaturesRequest: EmptyMessage {
  public static let places = [MessagePlace(.type(5))]
  public init() {}
}

/// What the switch is, and in OpenFlow 1.0 also its ports.
public struct FeaturesReply: Message {
  public static let places = [MessagePlace(.type(6))]

  public struct Capabilities: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public static let flowStats = Capabilities(rawValue: 1 << 0)
    public static let tableStats = Capabilities(rawValue: 1 << 1)
    public static let portStats = Capabilities(rawValue: 1 << 2)
    public static let stp = Capabilities(rawValue: 1 << 3)
    public static let ipReassembly = Capabilities(rawValue: 1 << 5)
    public static let queueStats = Capabilities(rawValue: 1 << 6)
    public static let arpMatchIP = Capabilities(rawValue: 1 << 7)
  }

  public var datapathID: UInt64
  public var bufferCount: UInt32 = 0
  public var tableCount: UInt8
  public var capabilities: Capabilities
  /// One bit per standard action of OpenFlow 1.0 that works.
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
    try reader.skip(3)
    capabilities = Capabilities(rawValue: try reader.u32())
    actions = try reader.u32()
    ports = []
    while !reader.isAtEnd { ports.append(try PortDescription(from: &reader)) }
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u64(datapathID)
    writer.u32(bufferCount)
    writer.u8(tableCount)
    writer.zeros(3)
    writer.u32(capabilities.rawValue)
    writer.u32(actions)
    // The message cannot hold more; `PortDescriptionRequest` gets them all.
    for port in ports.prefix(1300) { port.write(to: &writer) }
  }
}
