import Fields

/// Walks through a flow's actions with what its match says of every packet, so that an action which
/// needs a header can be refused when the flow is added rather than fail on packets.
///
/// OpenFlow 1.0 lets some actions pass that do nothing without their header: the check is lenient
/// there. Later versions want every action to fit.
public struct ActionCheck {
  /// What is known of the packets at this action.
  public internal(set) var packets: Match
  /// The flow's table, `FlowMod.anyTable` if that is not known.
  public let table: UInt8
  /// Actions that do nothing without their header pass.
  public internal(set) var isLenient: Bool
  /// Whether there is a known VLAN tag inside the outermost one.
  private var hasInnerTag = false

  init(_ packets: Match, table: UInt8, isLenient: Bool) {
    self.packets = packets
    self.table = table
    self.isLenient = isLenient
  }

  /// Throws the error of the first action that cannot follow what is before it. A list that was
  /// checked before, after another match, is known to be nested rightly.
  public static func check(
    _ actions: [any Action], after match: Match, _ version: OpenFlowVersion = .v10,
    table: UInt8 = FlowMod.anyTable, isKnown: Bool = false
  ) throws(OpenFlowError) {
    if !isKnown { try ActionNesting.check(actions, inside: .top) }
    var check = ActionCheck(match, table: table, isLenient: version == .v10)
    for action in actions { try action.check(&check) }
  }

  var hasTag: Bool { packets.key.vlanTCI & vlanPresent != 0 }

  /// From here on the packets have a VLAN tag.
  mutating func addTag() { packets.setVLANVID12(vlanPresent, mask: vlanPresent) }

  /// From here on the packets have a VLAN tag more; there is room for two.
  mutating func pushTag() throws(OpenFlowError) {
    guard !hasInnerTag else { throw .badTag }
    hasInnerTag = hasTag
    addTag()
  }

  /// From here on nothing is known of a VLAN tag, but for one that was inside.
  mutating func removeTag() {
    packets.set(.vlanTCI, 0, mask: 0)
    if hasInnerTag { addTag() }
    hasInnerTag = false
  }

  /// The packets must have the header that `field` lies in.
  func require(_ field: MatchField) throws(OpenFlowError) {
    guard field.prerequisite.isMet(by: packets) else { throw .matchInconsistent }
    if field == .vlanVID && !hasTag { throw .matchInconsistent }
  }

  /// For an action that does nothing unless `condition`: later versions than 1.0 refuse it then.
  func expect(_ condition: Bool) throws(OpenFlowError) {
    guard condition || isLenient else { throw .matchInconsistent }
  }

  /// The same for an action on the header that `field` lies in.
  func expect(_ field: MatchField) throws(OpenFlowError) {
    try expect(field.prerequisite.isMet(by: packets))
  }

  /// Whether the packets are known to be IPv4 or IPv6.
  var isIP: Bool { MatchField.Prerequisite.ipAny.isMet(by: packets) }

  /// Whether the packets are known to have transport ports.
  var hasTransportPorts: Bool {
    [MatchField.Prerequisite.tcp, .udp, .sctp].contains { $0.isMet(by: packets) }
  }

  /// `actions` as they have to be to be written for later versions: with what is known about the
  /// packets, which decides how some are written.
  static func resolved(_ actions: [any Action], after match: Match) -> [any Action] {
    guard actions.contains(where: { $0 is any ContextualAction }) else { return actions }
    var check = ActionCheck(match, table: FlowMod.anyTable, isLenient: true)
    return actions.map { action in
      defer { try? action.check(&check) }
      return (action as? any ContextualAction)?.resolved(check) ?? action
    }
  }
}

/// An action that is written one way or another as the packets are.
protocol ContextualAction: Action {
  func resolved(_ packets: ActionCheck) -> any Action
}

// MARK: Other headers in front

extension ActionCheck {
  /// From here on the packets have labels, or none any more.
  mutating func changeEtherType(_ etherType: UInt16) {
    packets.set(.ethType, UInt128(etherType))
    packets.set(.ipProto, 0, mask: 0)
  }

  /// From here on the packets have another header in front. An Ethernet header carries what is known
  /// of its type already.
  mutating func addHeader(_ packetType: UInt32) {
    packets.set(.packetType, UInt128(packetType))
    if UInt16(packetType >> 16) == PacketType.etherTypeNamespace {
      packets.set(.ethType, UInt128(packetType & 0xffff))
    }
    if !packets.isIP { packets.set(.ipProto, 0, mask: 0) }
  }

  /// From here on the packets begin with what was behind their first header: known of an Ethernet
  /// header, anything behind others.
  mutating func removeHeader() {
    if packets.isEthernet {
      let type = UInt32(PacketType.etherTypeNamespace) << 16 | UInt32(packets.value.key.ethType)
      packets.set(.packetType, UInt128(type))
    } else {
      packets.set(.packetType, UInt128(UInt32.max))
      packets.set(.ethType, UInt128(UInt16.max))
    }
  }
}

extension EtherType {
  static func isMPLS(_ type: UInt16) -> Bool { type == mpls || type == mplsMulticast }
}
