import Fields

/// Asks for flows and their statistics.
public struct FlowStatsRequest: Message {
  private static let standard = MessageIdentity.statsRequest(1)
  private static let extended = MessageIdentity.niciraStatsRequest(0)

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

/// Flows and their statistics.
public struct FlowStatsReply: EntryReply {
  private static let standard = MessageIdentity.statsReply(1)
  private static let extended = MessageIdentity.niciraStatsReply(0)

  public static let places = [
    MessagePlace(standard, .v10 ... .v15), MessagePlace(extended, .v10 ... .v10),
  ]

  public let entries: [FlowStats]
  public let isExtended: Bool

  public init(entries: [FlowStats], extended: Bool) {
    self.entries = entries
    isExtended = extended
  }

  public init(entries: [FlowStats], as identity: MessageIdentity) {
    self.init(entries: entries, extended: identity == Self.extended)
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    isExtended && context.version == .v10 ? Self.extended : Self.standard
  }

  private static func form(
    _ identity: MessageIdentity, _ context: WireContext
  ) -> FlowStats.Form {
    if identity == extended { return .nicira }
    switch context.version {
    case .v10: return .fixed
    case .v15: return .description
    default: return .standard
    }
  }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> FlowStats {
    let length = Int(try reader.u16())
    var entry = try reader.sub(length - 2, tooShort: .badLength)
    return try FlowStats(from: &entry, form(identity, context), context)
  }

  public static func write(
    _ entry: FlowStats, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) { entry.write(to: &writer, form(identity, context), context) }
}
