import Fields

/// Walks through a flow's actions with what its match says of every packet, so that an action which
/// needs a header can be refused when the flow is added rather than fail on packets.
public struct ActionCheck {
  /// What is known of the packets at this action.
  public internal(set) var packets: Match

  /// Throws the error of the first action that cannot follow what is before it.
  public static func check(
    _ actions: [any Action], after match: Match
  ) throws(OpenFlowError) {
    var check = ActionCheck(packets: match)
    for action in actions { try action.check(&check) }
  }

  /// From here on the packets have a VLAN tag.
  mutating func addTag() { packets.setVLANVID12(vlanPresent, mask: vlanPresent) }

  /// From here on nothing is known of a VLAN tag.
  mutating func removeTag() { packets.set(.vlanTCI, 0, mask: 0) }

  /// The packets must have the header that `field` lies in.
  func require(_ field: MatchField) throws(OpenFlowError) {
    guard field.prerequisite.isMet(by: packets) else { throw .matchInconsistent }
    if field == .vlanVID && packets.value.key.vlanTCI & vlanPresent == 0 {
      throw .matchInconsistent
    }
  }
}
