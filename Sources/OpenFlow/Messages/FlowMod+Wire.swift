import Fields

/// OpenFlow 1.0's flow-mod has the fixed match and a new cookie; Nicira's has an extensible match, in
/// which a condition on the cookie may stand.
extension FlowMod: Message {
  private static let standard = MessageIdentity.type(14)
  private static let extended = MessageIdentity.nicira(13)

  public static let places = [MessagePlace(standard), MessagePlace(extended)]

  public func identity(in context: WireContext) -> MessageIdentity? {
    context.version == .v10 ? context.nxm ? Self.extended : Self.standard : nil
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    self.init()
    let isExtended = identity == Self.extended
    var isExact = false
    if !isExtended {
      let fixed = try Match.readFixed(from: &reader)
      match = fixed.match
      isExact = fixed.isExact
    }
    let newCookie = try reader.u64()
    let commandWord = try reader.u16()
    idleTimeout = try reader.u16()
    hardTimeout = try reader.u16()
    // A match without wildcards always has the highest priority.
    let givenPriority = try reader.u16()
    priority = isExact ? .max : givenPriority
    bufferID = try reader.u32()
    outPort = try reader.u16()
    let flagBits = try reader.u16()
    if isExtended { try readExtensible(from: &reader, isAdd: commandWord & 0xff == 0) }
    try setCommand(commandWord, context)
    actions = try ActionCodec.read(length: reader.remaining, from: &reader, context)
    try setFlags(flagBits)
    setCookie(newCookie)
    try ActionCheck.check(actions, after: match)
  }

  private mutating func readExtensible(
    from reader: inout WireReader, isAdd: Bool
  ) throws(OpenFlowError) {
    let length = Int(try reader.u16())
    try reader.skip(6)
    let extensible = try Match.readExtensible(length: length, from: &reader)
    match = extensible.match
    cookie = extensible.cookie
    cookieMask = extensible.cookieMask
    guard !isAdd || cookieMask == 0 else { throw .nxmInvalid }
  }

  private mutating func setCommand(
    _ word: UInt16, _ context: WireContext
  ) throws(OpenFlowError) {
    // Without the extension a table in the upper byte is no command.
    let number = context.flowModTableID ? word & 0xff : word
    guard number <= 0xff, let command = Command(rawValue: UInt8(number)) else {
      throw .badCommand
    }
    self.command = command
    if context.flowModTableID { table = UInt8(word >> 8) }
  }

  private mutating func setFlags(_ bits: UInt16) throws(OpenFlowError) {
    flags = Flags(rawValue: bits)
    guard flags.isSubset(of: .known) else { throw .badFlags }
    // There is no emergency table; it may not have timeouts, and it is always full.
    guard !flags.contains(.emergency) else {
      throw idleTimeout != 0 || hardTimeout != 0 ? .badEmergencyTimeout : .tableFull
    }
  }

  /// Every command carries a new cookie: an addition takes it, a modification unless it is all ones,
  /// a deletion has no use for it.
  private mutating func setCookie(_ new: UInt64) {
    switch command {
    case .add: cookie = new
    case .modify, .modifyStrict: newCookie = new == .max ? nil : new
    case .delete, .deleteStrict: break
    }
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    if identity == Self.standard { match.writeFixed(to: &writer) }
    writer.u64(wireCookie)
    let tableBits = context.flowModTableID ? UInt16(table) << 8 : 0
    writer.u16(tableBits | UInt16(command.rawValue))
    writer.u16(idleTimeout)
    writer.u16(hardTimeout)
    writer.u16(priority)
    writer.u32(bufferID)
    writer.u16(outPort)
    writer.u16(flags.rawValue)
    if identity == Self.extended {
      let length = writer.count
      writer.zeros(8)
      writer.patch16(
        at: length,
        match.writeExtensible(
          to: &writer, cookie: cookie, cookieMask: command == .add ? 0 : cookieMask))
    }
    ActionCodec.write(actions, to: &writer, context)
  }

  private var wireCookie: UInt64 {
    switch command {
    case .add: cookie
    case .modify, .modifyStrict: newCookie ?? .max
    case .delete, .deleteStrict: 0
    }
  }
}
