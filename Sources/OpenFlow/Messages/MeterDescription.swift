/// Asks how a meter, or every meter, is configured.
public struct MeterDescriptionRequest: Message {
  public static let places = [MessagePlace(.statsRequest(10), .v13 ... .v15)]

  public let meterID: UInt32

  public init(meterID: UInt32) { self.meterID = meterID }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    meterID = try reader.u32()
    try reader.skip(4)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(meterID)
    writer.zeros(4)
  }
}

/// Meters as they are configured.
public struct MeterDescriptionReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(10), .v13 ... .v15)]

  public let entries: [MeterConfig]

  public init(entries: [MeterConfig]) { self.entries = entries }

  public init(entries: [MeterConfig], as identity: MessageIdentity) {
    self.init(entries: entries)
  }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> MeterConfig {
    let length = Int(try reader.u16())
    guard length >= 8 else { throw .badLength }
    var entry = try reader.sub(length - 2, tooShort: .badLength)
    let flags = MeterFlags(rawValue: try entry.u16())
    let id = try entry.u32()
    return MeterConfig(id: id, flags: flags, bands: try MeterBand.readList(from: &entry))
  }

  public static func write(
    _ entry: MeterConfig, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    let start = writer.count
    writer.zeros(2)
    writer.u16(entry.flags.rawValue)
    writer.u32(entry.id)
    for band in entry.bands { band.write(to: &writer) }
    writer.patch16(at: start, writer.count - start)
  }
}
