/// The flow-mod of OpenFlow 1.1 and later. A cookie is what an addition gives the flow, and for the
/// rest a condition under the cookie mask; no modification changes cookies.
extension FlowMod {
  /// Reads what is before the instructions; returns the flags.
  mutating func readStandard(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> UInt16 {
    let (cookieField, maskField) = (try reader.u64(), try reader.u64())
    let (commandNumber, port, group, flagBits, importanceField) = try reader.fixed(24) { bytes in
      table = bytes.u8(0)
      idleTimeout = bytes.u16(2)
      hardTimeout = bytes.u16(4)
      priority = bytes.u16(6)
      bufferID = bytes.u32(8)
      return (bytes.u8(1), bytes.u32(12), bytes.u32(16), bytes.u16(20), bytes.u16(22))
    }
    match = try Match.read(from: &reader, context)
    let command = Command(rawValue: commandNumber)
    // 1.1's modifications add a flow when there is none, unless they ask for a cookie.
    let isModification = command == .modify || command == .modifyStrict
    let setsCookie = isModification && context.version == .v11 && maskField == 0
    cookie = cookieField
    cookieMask = command == .add ? 0 : maskField
    addsWhenNone = setsCookie
    let isDeletion = command == .delete || command == .deleteStrict
    guard table != Self.anyTable || (isDeletion && context.version >= .v12) else {
      throw .flowModBadTableID
    }
    if context.version >= .v14 && command == .add { importance = importanceField }
    outPort = try OpenFlowPort.narrow(port)
    outGroup = isDeletion ? group : Self.anyGroup
    guard let command else { throw .badCommand }
    self.command = command
    return flagBits
  }

  func writeStandard(to writer: inout WireWriter, _ context: WireContext) {
    let isModification = command == .modify || command == .modifyStrict
    let isDeletion = command == .delete || command == .deleteStrict
    if isModification && context.version == .v11 && cookieMask == 0 {
      writer.u64(newCookie ?? cookie)
    } else {
      writer.u64(command == .add ? cookie : cookie & cookieMask)
    }
    writer.u64(command == .add ? 0 : cookieMask)
    let namesTable = table != Self.anyTable || (isDeletion && context.version >= .v12)
    writer.u8(namesTable ? table : 0)
    writer.u8(command.rawValue)
    writer.u16(idleTimeout)
    writer.u16(hardTimeout)
    writer.u16(priority)
    writer.u32(bufferID)
    writer.port32(outPort)
    writer.u32(outGroup)
    writer.u16(flags.bits(in: context.version))
    writer.u16(context.version >= .v14 && command == .add ? importance : 0)
    match.write(to: &writer, context)
  }
}
