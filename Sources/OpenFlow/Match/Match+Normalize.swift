import Fields

extension Match {
  /// Drops conditions on headers that the match does not call for: OpenFlow 1.0's fixed match and
  /// flow text may carry an IP address without saying that the packet is IP, which means nothing.
  mutating func normalize() {
    var kept = Match()
    for field in MatchFieldCatalog.conditions {
      let mask = field.value(in: self.mask)
      if mask != 0 && field.prerequisite.isMet(by: self) {
        kept.set(field, field.value(in: value), mask: mask)
      }
    }
    // ICMP's fields are the low bytes of the places of the ports; keep the whole condition.
    for (icmp, port) in Self.icmpPlaces where icmp.prerequisite.isMet(by: self) {
      kept.set(port, port.value(in: value), mask: port.value(in: mask))
    }
    self = kept
  }

  private static let icmpPlaces: [(MatchField, MatchField)] = [
    (.icmpType, .tcpSrc), (.icmpCode, .tcpDst), (.icmpv6Type, .tcpSrc), (.icmpv6Code, .tcpDst),
  ]
}

extension MatchFieldCatalog {
  /// The fields that cover every bit of a match, none twice: those that are views of others left out.
  static let conditions: [MatchField] = {
    let views: Set<MatchField> = [.inPortOXM, .dlVLAN, .vlanVID, .dlVLANPCP, .vlanPCP, .ipDSCP]
    let registerViews = Set(MatchField.doubleRegisters + MatchField.quadRegisters)
    return all.filter { !views.contains($0) && !registerViews.contains($0) }
  }()
}
