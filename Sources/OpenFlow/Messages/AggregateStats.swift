/// Asks for sums over flows.
public struct AggregateStatsRequest: Message {
  private static let standard = MessageIdentity.statsRequest(2)
  private static let extended = MessageIdentity.niciraStatsRequest(1)

  public static let places = [
    MessagePlace(standard, .v10 ... .v10, body: .exactly(44)),
    MessagePlace(standard, .v11 ... .v15, body: .atLeast(32, unit: 8)),
    MessagePlace(extended, .v10 ... .v10, body: .atLeast(8, unit: 8)),
  ]

  public let filter: FlowFilter
  /// Nicira's form of OpenFlow 1.0. The reply comes in the request's form.
  public let isExtended: Bool

  public init(_ filter: FlowFilter, extended: Bool) {
    self.filter = filter
    isExtended = extended
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    isExtended = identity == Self.extended
    filter = try FlowFilter(from: &reader, extended: isExtended, context)
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    isExtended && context.version == .v10 ? Self.extended : Self.standard
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { filter.write(to: &writer, extended: identity == Self.extended, context) }
}

/// Sums over flows. 1.5 writes them as a list of statistics.
public struct AggregateStatsReply: Message {
  private static let standard = MessageIdentity.statsReply(2)
  private static let extended = MessageIdentity.niciraStatsReply(1)

  public static let places = [
    MessagePlace(standard, .v10 ... .v15), MessagePlace(extended, .v10 ... .v10),
  ]

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
    if context.version >= .v15 {
      let counts = try FlowCounts(from: &reader)
      packetCount = counts.packetCount ?? .max
      byteCount = counts.byteCount ?? .max
      flowCount = counts.flowCount ?? .max
      return
    }
    packetCount = try reader.u64()
    byteCount = try reader.u64()
    flowCount = try reader.u32()
    try reader.skip(4)
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    isExtended && context.version == .v10 ? Self.extended : Self.standard
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    if context.version >= .v15 {
      var counts = FlowCounts()
      counts.packetCount = packetCount
      counts.byteCount = byteCount
      counts.flowCount = flowCount
      return counts.write(to: &writer)
    }
    writer.u64(packetCount)
    writer.u64(byteCount)
    writer.u32(flowCount)
    writer.zeros(4)
  }
}
