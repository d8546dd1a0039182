import Fields

extension Match {
  /// Drops conditions on headers that the match does not call for: OpenFlow 1.0's fixed match and
  /// flow text may carry an IP address without saying that the packet is IP, which means nothing.
  mutating func normalize() {
    var kept = Match()
    for field in MatchFieldCatalog.conditions {
      let mask = field.condition(in: self.mask)
      if mask != 0 && field.prerequisite.isMet(by: self) {
        kept.set(field, field.value(in: value), mask: mask)
      }
    }
    // ICMP's fields are the low bytes of the places of the ports. A condition on a whole port that
    // is no byte matches no packet, and must not become one on its low byte.
    for (icmp, port) in Self.icmpPlaces where icmp.prerequisite.isMet(by: self) {
      let number = port.value(in: value)
      if number > 0xff { kept.set(port, number, mask: port.value(in: mask)) }
    }
    self = kept
  }

  private static let icmpPlaces: [(MatchField, MatchField)] = [
    (.icmpType, .tcpSrc), (.icmpCode, .tcpDst), (.icmpv6Type, .tcpSrc), (.icmpv6Code, .tcpDst),
  ]
}

extension MatchField {
  /// The bits of `mask` that belong to this field's condition: `nw_tos` is a whole byte to actions,
  /// but its two low bits are matched as `nw_ecn`.
  func condition(in mask: PipelineMask) -> UInt128 {
    value(in: mask) & (self == .nwTOS ? 0xfc : allOnes)
  }
}

extension MatchFieldCatalog {
  /// The fields that cover every bit of a match, none twice: those that are views of others left out.
  static let conditions: [MatchField] = {
    let views: Set<MatchField> = [.inPortOXM, .dlVLAN, .vlanVID, .dlVLANPCP, .vlanPCP, .ipDSCP]
    let registerViews = Set(MatchField.doubleRegisters + MatchField.quadRegisters)
    return all.filter { !views.contains($0) && !registerViews.contains($0) }
  }()
}
