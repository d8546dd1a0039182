/// Asks for sums over flows.
public struct AggregateStatsRequest: Message {
  private static let standard = MessageIdentity.statsRequest(2)
  private static let extended = MessageIdentity.niciraStatsRequest(1)

  public static let places = [MessagePlace(standard), MessagePlace(extended)]

  public let filter: FlowFilter
  /// The reply comes in the request's form.
  public let isExtended: Bool

  public init(_ filter: FlowFilter, extended: Bool) {
    self.filter = filter
    isExtended = extended
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    isExtended = identity == Self.extended
    filter = try FlowFilter(from: &reader, extended: isExtended)
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    context.version == .v10 ? isExtended ? Self.extended : Self.standard : nil
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { filter.write(to: &writer, extended: isExtended) }
}

/// Sums over flows.
public struct AggregateStatsReply: Message {
  private static let standard = MessageIdentity.statsReply(2)
  private static let extended = MessageIdentity.niciraStatsReply(1)

  public static let places = [MessagePlace(standard), MessagePlace(extended)]

  public var packetCount: UInt64
  public var byteCount: UInt64
  public var flowCount: UInt32
  public var isExtended: Bool

  public init(packetCount: UInt64, byteCount: UInt64, flowCount: UInt32, extended: Bool) {
    self.packetCount = packetCount
    self.byteCount = byteCount
    self.flowCount = flowCount
    isExtended = extended
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    isExtended = identity == Self.extended
    packetCount = try reader.u64()
    byteCount = try reader.u64()
    flowCount = try reader.u32()
    try reader.skip(4)
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    context.version == .v10 ? isExtended ? Self.extended : Self.standard : nil
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u64(packetCount)
    writer.u64(byteCount)
    writer.u32(flowCount)
    writer.zeros(4)
  }
}
