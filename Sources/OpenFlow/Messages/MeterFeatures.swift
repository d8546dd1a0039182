/// Asks what meters the switch can have.
public struct MeterFeaturesRequest: EmptyMessage {
  public static let places = [MessagePlace(.statsRequest(11), .v13 ... .v15)]
  public init() {}
}

/// How many meters and bands there can be, and what they can do.
public struct MeterFeaturesReply: Message {
  public static let places = [MessagePlace(.statsReply(11), .v13 ... .v15)]

  public var maxMeters: UInt32
  /// Bit n: kind n of `MeterBand.Kind`.
  public var bandTypes: UInt32
  public var capabilities: MeterFlags
  public var maxBands: UInt8
  public var maxColor: UInt8 = 0

  public init(
    maxMeters: UInt32, bandTypes: UInt32, capabilities: MeterFlags = .known, maxBands: UInt8
  ) {
    self.maxMeters = maxMeters
    self.bandTypes = bandTypes
    self.capabilities = capabilities
    self.maxBands = maxBands
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    maxMeters = try reader.u32()
    bandTypes = try reader.u32()
    capabilities = MeterFlags(rawValue: UInt16(truncatingIfNeeded: try reader.u32()))
    maxBands = try reader.u8()
    maxColor = try reader.u8()
    try reader.skip(2)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(maxMeters)
    writer.u32(bandTypes)
    writer.u32(UInt32(capabilities.rawValue))
    writer.u8(maxBands)
    writer.u8(maxColor)
    writer.zeros(2)
  }
}
