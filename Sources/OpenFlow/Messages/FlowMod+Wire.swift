import Fields

/// OpenFlow 1.0's flow-mod has the fixed match and a new cookie; Nicira's has an extensible match, in
/// which a condition on the cookie may stand. From 1.1 on (`FlowMod+Standard`) the table has a place
/// of its own, and so has the condition on the cookie.
extension FlowMod: Message {
  private static let standardType: UInt8 = 14
  private static let standard = MessageIdentity.type(standardType)
  private static let extendedSubtype: UInt32 = 13
  private static let extended = MessageIdentity.nicira(extendedSubtype)
  /// Header, vendor and subtype.
  private static let extendedHead = 16

  public static let places = [
    MessagePlace(standard, .v10 ... .v10, body: .atLeast(64, unit: 8)),
    MessagePlace(standard, .v11 ... .v15, body: .atLeast(40, unit: 8)),
    MessagePlace(extended, .v10 ... .v15, body: .atLeast(32, unit: 8)),
  ]

  public func identity(in context: WireContext) -> MessageIdentity? {
    context.version == .v10 && context.nxm ? Self.extended : Self.standard
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    self.init()
    let flagBits: UInt16
    let newCookie: UInt64
    if identity == Self.standard && context.version >= .v11 {
      flagBits = try readStandard(from: &reader, context)
      newCookie = .max
    } else {
      (flagBits, newCookie) = try readOld(
        from: &reader, isExtended: identity == Self.extended, context)
    }
    let bytes = reader.rest()
    let known = context.usableActions?.find(bytes, context.version)
    let list: KnownActions.List
    if let known { list = known } else { list = .init(try Self.readActions(bytes, context)) }
    setActions(list)
    try setFlags(flagBits, context)
    if identity == Self.extended || context.version == .v10 { setCookie(newCookie) }
    try ActionCheck.check(
      actions, after: match, context.version, table: table, isKnown: known != nil)
    if known == nil { context.usableActions?.remember(bytes, context.version, list) }
  }

  /// Whether these bytes, a whole message, are a flow-mod of the version, in one of its encodings.
  public static func isMessage(_ bytes: ArraySlice<UInt8>, _ version: OpenFlowVersion) -> Bool {
    bytes.withUnsafeBytes { raw in
      guard raw.count >= MessageHeader.byteCount, raw[0] == version.rawValue else { return false }
      return raw[1] == standardType || (raw[1] == 4 && isExtended(raw))
    }
  }

  private static func isExtended(_ raw: UnsafeRawBufferPointer) -> Bool {
    raw.count >= extendedHead
      && raw.loadUnaligned(fromByteOffset: 8, as: UInt32.self).bigEndian
        == MessageIdentity.niciraVendor
      && raw.loadUnaligned(fromByteOffset: 12, as: UInt32.self).bigEndian == extendedSubtype
  }

  /// The transaction of a whole message.
  public static func xid(ofMessage bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: UInt32.self).bigEndian }
  }

  /// Reads a whole message that `isMessage` said yes to. The same as `MessageCodec` does for any.
  public init(message bytes: ArraySlice<UInt8>, _ context: WireContext) throws(OpenFlowError) {
    let isExtended = bytes[bytes.startIndex + 1] != Self.standardType
    let head = isExtended ? Self.extendedHead : MessageHeader.byteCount
    let place = isExtended ? 2 : context.version == .v10 ? 0 : 1
    var reader = WireReader(bytes.dropFirst(head))
    guard Self.places[place].body.allows(reader.remaining) else { throw .badLength }
    try self.init(from: &reader, as: Self.places[place].identity, context)
    guard reader.isAtEnd else { throw .badLength }
  }

  private static func readActions(
    _ bytes: ArraySlice<UInt8>, _ context: WireContext
  ) throws(OpenFlowError) -> [any Action] {
    var reader = WireReader(bytes)
    return try InstructionCodec.read(length: bytes.count, from: &reader, context)
  }

  private mutating func readOld(
    from reader: inout WireReader, isExtended: Bool, _ context: WireContext
  ) throws(OpenFlowError) -> (flags: UInt16, newCookie: UInt64) {
    var isExact = false
    if !isExtended {
      let fixed = try Match.readFixed(from: &reader)
      match = fixed.match
      isExact = fixed.isExact
    }
    let (newCookie, commandWord, flagBits) = try reader.fixed(24) { bytes in
      idleTimeout = bytes.u16(10)
      hardTimeout = bytes.u16(12)
      // A match without wildcards always has the highest priority.
      priority = isExact ? .max : bytes.u16(14)
      bufferID = bytes.u32(16)
      outPort = bytes.u16(20)
      return (bytes.u64(0), bytes.u16(8), bytes.u16(22))
    }
    if isExtended { try readExtensible(from: &reader, isAdd: commandWord & 0xff == 0, context) }
    try setCommand(commandWord, context)
    return (flagBits, newCookie)
  }

  private mutating func readExtensible(
    from reader: inout WireReader, isAdd: Bool, _ context: WireContext
  ) throws(OpenFlowError) {
    let length = Int(try reader.u16())
    try reader.skip(6)
    let extensible = try Match.readExtensible(length: length, from: &reader, context)
    match = extensible.match
    cookie = extensible.cookie
    cookieMask = extensible.cookieMask
    guard !isAdd || cookieMask == 0 else { throw .nxmInvalid }
  }

  private mutating func setCommand(
    _ word: UInt16, _ context: WireContext
  ) throws(OpenFlowError) {
    // Without the extension a table in the upper byte is no command.
    let hasTable = context.flowModTableID || context.version >= .v11
    let number = hasTable ? word & 0xff : word
    guard number <= 0xff, let command = Command(rawValue: UInt8(number)) else {
      throw .badCommand
    }
    self.command = command
    if hasTable { table = UInt8(word >> 8) }
  }

  private mutating func setFlags(_ bits: UInt16, _ context: WireContext) throws(OpenFlowError) {
    let (known, hasUnknown) = Flags.read(bits, context.version)
    flags = known
    guard !hasUnknown else { throw .badFlags }
    // There is no emergency table; it may not have timeouts, and it is always full.
    guard !flags.contains(.emergency) else {
      throw idleTimeout != 0 || hardTimeout != 0 ? .badEmergencyTimeout : .tableFull
    }
    if context.version <= .v11 && command == .add { flags.insert(.resetCounts) }
  }

  /// Every command of 1.0 carries a new cookie: an addition takes it, a modification unless it is all
  /// ones, a deletion has no use for it.
  private mutating func setCookie(_ new: UInt64) {
    switch command {
    case .add: cookie = new
    case .modify, .modifyStrict:
      newCookie = new == .max ? nil : new
      addsWhenNone = newCookie != nil && cookieMask == 0
    case .delete, .deleteStrict: break
    }
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    if identity == Self.standard && context.version >= .v11 {
      writeStandard(to: &writer, context)
    } else {
      writeOld(to: &writer, isExtended: identity == Self.extended, context)
    }
    InstructionCodec.write(
      context.version == .v10 ? actions : ActionCheck.resolved(actions, after: match), to: &writer,
      context)
  }

  private func writeOld(to writer: inout WireWriter, isExtended: Bool, _ context: WireContext) {
    if !isExtended { match.writeFixed(to: &writer) }
    writer.u64(wireCookie)
    let tableBits = context.flowModTableID ? UInt16(table) << 8 : 0
    writer.u16(tableBits | UInt16(command.rawValue))
    writer.u16(idleTimeout)
    writer.u16(hardTimeout)
    writer.u16(priority)
    writer.u32(bufferID)
    writer.u16(outPort)
    writer.u16(flags.bits(in: context.version))
    if isExtended {
      let length = writer.count
      writer.zeros(8)
      writer.patch16(
        at: length,
        match.writeExtensible(
          to: &writer, cookie: cookie, cookieMask: command == .add ? 0 : cookieMask,
          options: context.tunnelOptions))
    }
  }

  private var wireCookie: UInt64 {
    switch command {
    case .add: cookie
    case .modify, .modifyStrict: newCookie ?? .max
    case .delete, .deleteStrict: 0
    }
  }
}
