/// Every match field, once. A field is a record in one of the files beside this one and a name here.
///
/// The order is that of ovs-fields(7), which is also the order in which prerequisites come before
/// the fields that need them, so matches are encoded in this order.
public enum MatchFieldCatalog {
  public static let all: [MatchField] = tunnel + pipeline + headers

  private static let tunnel: [MatchField] =
    [
      .dpHash, .recircID, .packetType, .conjID,
      .tunnelID, .tunnelSrc, .tunnelDst, .tunnelIPv6Src, .tunnelIPv6Dst, .tunnelFlags, .tunnelTTL,
      .tunnelTOS, .tunnelGBPID, .tunnelGBPFlags, .tunnelERSPANIndex, .tunnelERSPANVersion,
      .tunnelERSPANDirection, .tunnelERSPANHardwareID, .tunnelGTPUFlags, .tunnelGTPUMessageType,
    ] + MatchField.tunnelMetadata

  private static let pipeline: [MatchField] =
    [
      .metadata, .inPort, .inPortOXM, .actsetOutput, .skbPriority, .pktMark,
      .ctState, .ctZone, .ctMark, .ctLabel,
      .ctNWProto, .ctNWSrc, .ctNWDst, .ctIPv6Src, .ctIPv6Dst, .ctTPSrc, .ctTPDst,
    ] + MatchField.registers + MatchField.doubleRegisters + MatchField.quadRegisters

  private static let headers: [MatchField] =
    [
      .ethSrc, .ethDst, .ethType,
      .vlanTCI, .dlVLAN, .vlanVID, .dlVLANPCP, .vlanPCP,
      .mplsLabel, .mplsTC, .mplsBOS, .mplsTTL,
      .ipv4Src, .ipv4Dst, .ipv6Src, .ipv6Dst, .ipv6Label,
      .ipProto, .nwTOS, .ipDSCP, .ipECN, .ipTTL, .ipFrag,
      .arpOp, .arpSPA, .arpTPA, .arpSHA, .arpTHA,
      .tcpSrc, .tcpDst, .tcpFlags, .udpSrc, .udpDst, .sctpSrc, .sctpDst,
      .icmpType, .icmpCode, .icmpv6Type, .icmpv6Code,
      .ndTarget, .ndSLL, .ndTLL, .ndReserved, .ndOptionsType,
      .nshFlags, .nshMDType, .nshNP, .nshSPI, .nshSI,
    ] + MatchField.nshContext + [.nshTTL]

  private static let byName: [String: MatchField] = {
    var names: [String: MatchField] = [:]
    for field in all {
      for name in [field.name, field.extraName].compactMap({ $0 }) + field.headers.map(\.name) {
        names[name] = field
      }
    }
    return names
  }()

  /// What an NXM or OXM header names: a field, and how long its values are on the wire there.
  public struct Named: Sendable {
    public let field: MatchField
    public let bytes: Int
  }

  private static let byHeader: [UInt64: Named] = {
    var headers: [UInt64: Named] = [:]
    for field in all {
      for header in field.headers {
        headers[key(header.oxmClass, header.field, header.experimenter)] =
          Named(field: field, bytes: header.bytes)
      }
    }
    return headers
  }()

  /// The fields of OpenFlow 1.2 and later, by number: messages consist of them.
  private static let standard: [Named?] = (UInt8(0)..<64).map {
    byHeader[key(standardClass, $0, 0)]
  }
  private static let standardClass: UInt16 = 0x8000

  private static func key(_ oxmClass: UInt16, _ field: UInt8, _ experimenter: UInt32) -> UInt64 {
    UInt64(oxmClass) << 40 | UInt64(field) << 32 | UInt64(experimenter)
  }

  /// The field called `name`: either spelling of flow text, or the NXM or OXM name.
  public static func field(named name: some StringProtocol) -> MatchField? { byName[String(name)] }

  /// The field with an NXM or OXM header.
  public static func field(
    oxmClass: UInt16, _ field: UInt8, experimenter: UInt32 = 0
  ) -> MatchField? { named(oxmClass: oxmClass, field, experimenter: experimenter)?.field }

  /// The same, with the length that values have under this header.
  public static func named(
    oxmClass: UInt16, _ field: UInt8, experimenter: UInt32 = 0
  ) -> Named? {
    if oxmClass == standardClass, field < 64, experimenter == 0 { return standard[Int(field)] }
    return byHeader[key(oxmClass, field, experimenter)]
  }
}
