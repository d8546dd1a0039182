import Fields

/// Which flows a request for statistics is about.
public struct FlowFilter: Sendable {
  public var match = Match()
  /// `FlowMod.anyTable` for all.
  public var table = FlowMod.anyTable
  /// Only flows that output to this port, unless it is `OpenFlowPort.none`.
  public var outPort = OpenFlowPort.none
  /// Only flows whose cookie has this value under `cookieMask`.
  public var cookie: UInt64 = 0
  public var cookieMask: UInt64 = 0

  public init() {}

  /// OpenFlow 1.0's request has the fixed match, Nicira's an extensible one.
  init(from reader: inout WireReader, extended: Bool) throws(OpenFlowError) {
    guard extended else {
      match = try Match.readFixed(from: &reader).match
      table = try reader.u8()
      try reader.skip(1)
      outPort = try reader.u16()
      return
    }
    outPort = try reader.u16()
    let length = Int(try reader.u16())
    table = try reader.u8()
    try reader.skip(3)
    let extensible = try Match.readExtensible(length: length, from: &reader)
    match = extensible.match
    cookie = extensible.cookie
    cookieMask = extensible.cookieMask
  }

  func write(to writer: inout WireWriter, extended: Bool) {
    guard extended else {
      match.writeFixed(to: &writer)
      writer.u8(table)
      writer.zeros(1)
      return writer.u16(outPort)
    }
    writer.u16(outPort)
    let length = writer.count
    writer.zeros(2)
    writer.u8(table)
    writer.zeros(3)
    writer.patch16(
      at: length, match.writeExtensible(to: &writer, cookie: cookie, cookieMask: cookieMask))
  }
}

/// Asks for flows and their statistics.
public struct FlowStatsRequest: Message {
  private static let standard = MessageIdentity.statsRequest(1)
  private static let extended = MessageIdentity.niciraStatsRequest(0)

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

/// Flows and their statistics.
public struct FlowStatsReply: EntryReply {
  private static let standard = MessageIdentity.statsReply(1)
  private static let extended = MessageIdentity.niciraStatsReply(0)

  public static let places = [MessagePlace(standard), MessagePlace(extended)]

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
    context.version == .v10 ? isExtended ? Self.extended : Self.standard : nil
  }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> FlowStats {
    let length = Int(try reader.u16())
    var entry = try reader.sub(length - 2, tooShort: .badLength)
    return try FlowStats(from: &entry, extended: identity == extended, context)
  }

  public static func write(
    _ entry: FlowStats, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) { entry.write(to: &writer, extended: identity == extended, context) }
}
