import Fields

/// `learn(table=T,...)`: adds a flow to a table, or renews the one that is there. Match and actions of
/// the learned flow are made from the packet by `LearnSpec`s. `LearnAction+Text` has the text.
public struct LearnAction: Action, Hashable {
  public var table: UInt8 = 1
  public var priority = FlowMod.defaultPriority
  /// Seconds, 0 for never.
  public var idleTimeout: UInt16 = 0
  public var hardTimeout: UInt16 = 0
  /// Not 0: the learned flow has a `fin_timeout`.
  public var finIdleTimeout: UInt16 = 0
  public var finHardTimeout: UInt16 = 0
  public var cookie: UInt64 = 0
  public var flags: Flags = []
  /// How many flows with this cookie there may be in the table, 0 for any number.
  public var limit: UInt32 = 0
  /// A bit that says whether there was room for the flow.
  public var result: Subfield?
  public var specs: [LearnSpec] = []
  /// Whether it came in the form that has room for a limit, without one.
  private var isExtended = false

  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let sendFlowRemoved = Flags(rawValue: 1)
    /// With the last flow that has this action go the flows that it learned.
    public static let deleteLearned = Flags(rawValue: 2)
    static let writeResult = Flags(rawValue: 4)
  }

  public init() {}

  private static let plain = ActionIdentity.nicira(16)
  private static let extended = ActionIdentity.nicira(45)

  public static let places = [
    ActionPlace(plain, .v10 ... .v15, lengths: 32...0xfff8),
    ActionPlace(extended, .v10 ... .v15, lengths: 40...0xfff8),
  ]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    var learn = LearnAction()
    learn.idleTimeout = try reader.u16()
    learn.hardTimeout = try reader.u16()
    learn.priority = try reader.u16()
    learn.cookie = try reader.u64()
    learn.flags = Flags(rawValue: try reader.u16())
    learn.table = try reader.u8()
    guard try reader.u8() == 0, learn.table != FlowMod.anyTable else { throw .badActionArgument }
    learn.finIdleTimeout = try reader.u16()
    learn.finHardTimeout = try reader.u16()
    var known: Flags = [.sendFlowRemoved, .deleteLearned]
    if identity == extended {
      try learn.readExtension(from: &reader, context)
      known.insert(.writeResult)
    }
    guard learn.flags.isSubset(of: known) else { throw .badActionArgument }
    try learn.readSpecs(from: &reader, context)
    return learn
  }

  private mutating func readExtension(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    limit = try reader.u32()
    let offset = Int(try reader.u16())
    guard try reader.u16() == 0 else { throw .actionMustBeZero }
    guard flags.contains(.writeResult) else {
      isExtended = limit == 0
      if offset != 0 { throw .badActionArgument }
      return
    }
    let result = Subfield(
      try MatchField.read(headerFrom: &reader, context), offset: offset, bits: 1)
    try result.requireWritable()
    self.result = try result.checked()
  }

  private mutating func readSpecs(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    while reader.remaining >= 2 {
      let header = try reader.u16()
      if header == 0 { break }
      specs.append(try LearnSpec(header: header, from: &reader, context))
    }
    guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .badActionArgument }
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    isExtended || limit != 0 || result != nil ? Self.extended : Self.plain
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(idleTimeout)
    writer.u16(hardTimeout)
    writer.u16(priority)
    writer.u64(cookie)
    writer.u16(flags.rawValue)
    writer.u8(table)
    writer.zeros(1)
    writer.u16(finIdleTimeout)
    writer.u16(finHardTimeout)
    if identity == Self.extended {
      writer.u32(limit)
      writer.u16(UInt16(truncatingIfNeeded: result?.offset ?? 0))
      writer.zeros(2)
      result?.field.write(headerTo: &writer, 0)
    }
    for spec in specs { spec.write(to: &writer) }
  }

  public static let keywords = ["learn"]

  /// What a field is copied from must be in the packet; what the learned flow matches or writes must
  /// be in the packets that it matches.
  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    var learned = ActionCheck(Match(), table: table, isLenient: packets.isLenient)
    for spec in specs {
      if case .field(let source) = spec.source {
        _ = try source.checked()
        try packets.require(source.field)
      }
      switch spec.destination {
      case .match(let place):
        _ = try place.checked()
        try learned.require(place.field)
        if case .constant(let value) = spec.source { learned.packets.set(place, value) }
      case .load(let place):
        _ = try place.checked()
        try learned.require(place.field)
        try place.requireWritable()
      case .output: break
      }
    }
  }
}

extension Match {
  /// Adds a condition on some bits of a field to those that there are on others.
  public mutating func set(_ subfield: Subfield, _ bits: UInt128) {
    let field = subfield.field
    let oldMask = mask(of: field) & ~subfield.fieldMask
    let old = value(of: field) & oldMask
    set(
      field, old | (bits & subfield.allOnes) << UInt128(subfield.offset),
      mask: oldMask | subfield.fieldMask)
  }
}
