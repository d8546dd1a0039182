/// Which message it is, as the wire says it: the header's type, and below it the number of a
/// statistics (multipart) message or of an extension's subtype.
public enum MessageIdentity: Hashable, Sendable {
  case type(UInt8)
  case statsRequest(UInt16)
  case statsReply(UInt16)
  /// A vendor (experimenter) message of Nicira's.
  case nicira(UInt32)
  case niciraStatsRequest(UInt32)
  case niciraStatsReply(UInt32)
  /// An extension of the ONF's, which 1.4 made its own.
  case onf(UInt32)
  case onfStatsRequest(UInt32)
  case onfStatsReply(UInt32)

  /// Nicira's number among vendors, which all extensions of OVS use.
  public static let niciraVendor: UInt32 = 0x0000_2320
  /// The Open Networking Foundation's.
  public static let onfVendor: UInt32 = 0x4f4e_4600

  private static let vendorType: UInt8 = 4
  private static let vendorStats: UInt16 = 0xffff

  static func statsRequestType(_ version: OpenFlowVersion) -> UInt8 {
    version >= .v11 ? 18 : 16
  }

  static func statsReplyType(_ version: OpenFlowVersion) -> UInt8 {
    statsRequestType(version) + 1
  }

  /// Reads what follows the header of a message of `type`: `more` is a statistics message's flag.
  static func read(
    type: UInt8, _ version: OpenFlowVersion, from reader: inout WireReader
  ) throws(OpenFlowError) -> (identity: MessageIdentity, more: Bool) {
    if type == vendorType {
      let vendor = try reader.u32()
      guard vendor == niciraVendor || vendor == onfVendor else { throw .badVendor }
      let subtype = try reader.u32()
      return (vendor == onfVendor ? .onf(subtype) : .nicira(subtype), false)
    }
    let isRequest = type == statsRequestType(version)
    guard isRequest || type == statsReplyType(version) else { return (.type(type), false) }
    let kind = try reader.u16()
    let more = try reader.u16() & 1 != 0
    if version >= .v11 { try reader.skip(4) }
    guard kind == vendorStats else {
      return (isRequest ? .statsRequest(kind) : .statsReply(kind), more)
    }
    return (try readVendorStats(isRequest: isRequest, version, from: &reader), more)
  }

  private static func readVendorStats(
    isRequest: Bool, _ version: OpenFlowVersion, from reader: inout WireReader
  ) throws(OpenFlowError) -> MessageIdentity {
    let vendor = try reader.u32()
    // The ONF's extensions came with 1.3.
    let isONF = vendor == onfVendor && version >= .v11
    guard vendor == niciraVendor || isONF else { throw .badVendor }
    let subtype = try reader.u32()
    if version == .v10 { try reader.skip(4) }
    if isONF { return isRequest ? .onfStatsRequest(subtype) : .onfStatsReply(subtype) }
    return isRequest ? .niciraStatsRequest(subtype) : .niciraStatsReply(subtype)
  }

  /// The header's type.
  func headerType(_ version: OpenFlowVersion) -> UInt8 {
    switch self {
    case .type(let type): type
    case .nicira, .onf: Self.vendorType
    case .statsRequest, .niciraStatsRequest, .onfStatsRequest: Self.statsRequestType(version)
    case .statsReply, .niciraStatsReply, .onfStatsReply: Self.statsReplyType(version)
    }
  }

  /// Writes what follows the header.
  func write(to writer: inout WireWriter, _ version: OpenFlowVersion, more: Bool) {
    switch self {
    case .type: return
    case .nicira(let subtype):
      writer.u32(Self.niciraVendor)
      writer.u32(subtype)
    case .onf(let subtype):
      writer.u32(Self.onfVendor)
      writer.u32(subtype)
    case .statsRequest(let kind), .statsReply(let kind):
      writeStats(kind, to: &writer, version, more: more)
    case .niciraStatsRequest(let subtype), .niciraStatsReply(let subtype):
      writeVendorStats(Self.niciraVendor, subtype, to: &writer, version, more: more)
    case .onfStatsRequest(let subtype), .onfStatsReply(let subtype):
      writeVendorStats(Self.onfVendor, subtype, to: &writer, version, more: more)
    }
  }

  private func writeStats(
    _ kind: UInt16, to writer: inout WireWriter, _ version: OpenFlowVersion, more: Bool
  ) {
    writer.u16(kind)
    writer.u16(more ? 1 : 0)
    if version >= .v11 { writer.zeros(4) }
  }

  private func writeVendorStats(
    _ vendor: UInt32, _ subtype: UInt32, to writer: inout WireWriter, _ version: OpenFlowVersion,
    more: Bool
  ) {
    writeStats(Self.vendorStats, to: &writer, version, more: more)
    writer.u32(vendor)
    writer.u32(subtype)
    if version == .v10 { writer.zeros(4) }
  }
}
