/// Every match field, once. A field is a record in one of the files beside this one and a name here.
///
/// The order is that of ovs-fields(7), which is also the order in which prerequisites come before
/// the fields that need them, so matches are encoded in this order.
public enum MatchFieldCatalog {
  public static let all: [MatchField] =
    [.inPort, .inPortOXM, .tunnelID, .metadata]
    + MatchField.registers + MatchField.doubleRegisters + MatchField.quadRegisters
    + [
      .ethSrc, .ethDst, .ethType,
      .vlanTCI, .dlVLAN, .vlanVID, .dlVLANPCP, .vlanPCP,
      .ipv4Src, .ipv4Dst, .ipv6Src, .ipv6Dst,
      .ipProto, .nwTOS, .ipDSCP, .ipECN, .ipTTL, .ipFrag,
      .arpOp, .arpSPA, .arpTPA, .arpSHA, .arpTHA,
      .tcpSrc, .tcpDst, .tcpFlags, .udpSrc, .udpDst, .sctpSrc, .sctpDst,
      .icmpType, .icmpCode, .icmpv6Type, .icmpv6Code,
    ]

  private static let byName: [String: MatchField] = {
    var names: [String: MatchField] = [:]
    for field in all {
      names[field.name] = field
      for name in [field.extraName, field.nxm?.name, field.oxm?.name] {
        if let name { names[name] = field }
      }
    }
    return names
  }()

  private static let byHeader: [UInt32: MatchField] = {
    var headers: [UInt32: MatchField] = [:]
    for field in all {
      for header in [field.nxm, field.oxm] {
        if let header { headers[key(header.oxmClass, header.field)] = field }
      }
    }
    return headers
  }()

  private static func key(_ oxmClass: UInt16, _ field: UInt8) -> UInt32 {
    UInt32(oxmClass) << 8 | UInt32(field)
  }

  /// The field called `name`: either spelling of flow text, or the NXM or OXM name.
  public static func field(named name: some StringProtocol) -> MatchField? { byName[String(name)] }

  /// The field with an NXM or OXM header.
  public static func field(oxmClass: UInt16, _ field: UInt8) -> MatchField? {
    byHeader[key(oxmClass, field)]
  }
}
