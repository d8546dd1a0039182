import Fields

extension Match {
  /// Drops conditions on headers that the match does not call for: OpenFlow 1.0's fixed match and
  /// flow text may carry an IP address without saying that the packet is IP, which means nothing.
  mutating func normalize() {
    if !normalizeKey() { self = normalized() }
  }

  /// What `normalize` means, for any match: asks field by field.
  func normalized() -> Match {
    let (value, mask) = (value, mask)
    var kept = Match()
    for field in MatchFieldCatalog.conditions where field.mayBeSet(in: mask) {
      let bits = field.condition(in: mask)
      if bits != 0 && field.prerequisite.isMet(by: self) {
        kept.set(field, field.value(in: value), mask: bits)
      }
    }
    kept.copyTunnelOptions(from: self)
    // ICMP's fields are the low bytes of the places of the ports. A condition on a whole port that
    // is no byte matches no packet, and must not become one on its low byte.
    for (icmp, port) in Self.icmpPlaces where icmp.prerequisite.isMet(by: self) {
      let number = port.value(in: value)
      if number > 0xff { kept.set(port, number, mask: port.value(in: mask)) }
    }
    return kept
  }

  private static let icmpPlaces: [(MatchField, MatchField)] = [
    (.icmpType, .tcpSrc), (.icmpCode, .tcpDst), (.icmpv6Type, .tcpSrc), (.icmpv6Code, .tcpDst),
  ]
}

extension MatchField {
  /// The bits of `mask` that belong to this field's condition: `nw_tos` is a whole byte to actions,
  /// but its two low bits are matched as `nw_ecn`.
  func condition(in mask: PipelineMask) -> UInt128 { value(in: mask) & conditionOnes }
  func condition(in match: Match) -> UInt128 { match.mask(of: self) & conditionOnes }

  private var conditionOnes: UInt128 { self == .nwTOS ? 0xfc : allOnes }
}

extension MatchFieldCatalog {
  /// The fields that cover every bit of a match, none twice: those that are views of others left out.
  static let conditions: [MatchField] = {
    let views: Set<MatchField> = [.inPortOXM, .dlVLAN, .vlanVID, .dlVLANPCP, .vlanPCP, .ipDSCP]
    let registerViews = Set(MatchField.doubleRegisters + MatchField.quadRegisters)
    return all.filter {
      !views.contains($0) && !registerViews.contains($0) && $0.tunnelOption == nil
    }
  }()
}
