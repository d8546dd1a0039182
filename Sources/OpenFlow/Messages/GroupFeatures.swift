/// Asks what groups the switch can have.
public struct GroupFeaturesRequest: EmptyMessage {
  public static let places = [
    MessagePlace(.niciraStatsRequest(9), .v10 ... .v11),
    MessagePlace(.statsRequest(8), .v12 ... .v15),
  ]
  public init() {}
}

/// Types, abilities, and per type how many groups and which actions.
public struct GroupFeaturesReply: Message {
  public static let places = [
    MessagePlace(.niciraStatsReply(9), .v10 ... .v11),
    MessagePlace(.statsReply(8), .v12 ... .v15),
  ]

  /// Bit n: type n.
  public var types: UInt32 = 0xf
  /// Weights, liveness in "select" groups, groups that lead to groups.
  public var capabilities: UInt32 = 0x7
  public var maxGroups = [UInt32](repeating: GroupID.max, count: 4)
  /// Bits of actions by type; nil for those that the version has.
  public var actions: [UInt32]?

  public init() {}

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    types = try reader.u32()
    capabilities = try reader.u32()
    for index in 0..<4 { maxGroups[index] = try reader.u32() }
    var actions: [UInt32] = []
    for _ in 0..<4 { actions.append(try reader.u32()) }
    self.actions = actions
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(types)
    writer.u32(capabilities)
    for count in maxGroups { writer.u32(count) }
    let actions = actions ?? [UInt32](repeating: Self.allActions(context.version), count: 4)
    for bits in actions { writer.u32(bits) }
  }

  /// The actions that a bucket can have, by the numbers of the version.
  private static func allActions(_ version: OpenFlowVersion) -> UInt32 {
    switch version {
    case .v10: 0x0000_0fff
    case .v11: 0x01ff_e7ff
    case .v12, .v13, .v14, .v15: 0x03ff_8001
    }
  }
}
