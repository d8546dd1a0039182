import Fields

/// Which flows a request for statistics is about.
public struct FlowFilter: Sendable {
  public var match = Match()
  /// `FlowMod.anyTable` for all.
  public var table = FlowMod.anyTable
  /// Only flows that output to this port, unless it is `OpenFlowPort.none`.
  public var outPort = OpenFlowPort.none
  /// Only flows that go to this group, unless it is `FlowMod.anyGroup`.
  public var outGroup = FlowMod.anyGroup
  /// Only flows whose cookie has this value under `cookieMask`.
  public var cookie: UInt64 = 0
  public var cookieMask: UInt64 = 0

  public init() {}

  /// OpenFlow 1.0's request has the fixed match, Nicira's an extensible one.
  init(
    from reader: inout WireReader, extended: Bool, _ context: WireContext
  ) throws(OpenFlowError) {
    if extended {
      try readExtended(from: &reader, context)
    } else if context.version >= .v11 {
      try readStandard(from: &reader, context)
    } else {
      match = try Match.readFixed(from: &reader).match
      table = try reader.u8()
      try reader.skip(1)
      outPort = try reader.u16()
    }
  }

  private mutating func readExtended(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    outPort = try reader.u16()
    let length = Int(try reader.u16())
    table = try reader.u8()
    try reader.skip(3)
    let extensible = try Match.readExtensible(length: length, from: &reader, context)
    match = extensible.match
    cookie = extensible.cookie
    cookieMask = extensible.cookieMask
  }

  private mutating func readStandard(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    table = try reader.u8()
    try reader.skip(3)
    outPort = try reader.port32()
    outGroup = try reader.u32()
    try reader.skip(4)
    cookie = try reader.u64()
    cookieMask = try reader.u64()
    match = try Match.read(from: &reader, context)
  }

  func write(to writer: inout WireWriter, extended: Bool, _ context: WireContext) {
    if extended { return writeExtended(to: &writer, context) }
    if context.version >= .v11 { return writeStandard(to: &writer, context) }
    match.writeFixed(to: &writer)
    writer.u8(table)
    writer.zeros(1)
    writer.u16(outPort)
  }

  private func writeExtended(to writer: inout WireWriter, _ context: WireContext) {
    writer.u16(outPort)
    let length = writer.count
    writer.zeros(2)
    writer.u8(table)
    writer.zeros(3)
    writer.patch16(
      at: length,
      match.writeExtensible(
        to: &writer, cookie: cookie, cookieMask: cookieMask, options: context.tunnelOptions))
  }

  private func writeStandard(to writer: inout WireWriter, _ context: WireContext) {
    writer.u8(table)
    writer.zeros(3)
    writer.port32(outPort)
    writer.u32(outGroup)
    writer.zeros(4)
    writer.u64(cookie)
    writer.u64(cookieMask)
    match.write(to: &writer, context)
  }
}
