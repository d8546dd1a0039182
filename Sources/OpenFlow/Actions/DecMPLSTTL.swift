import Fields

/// `dec_mpls_ttl`: decrements the TTL of the outermost MPLS label stack entry. At 0 or 1 the packet
/// goes to the controller and processing of it stops.
public struct DecMPLSTTL: Action, Hashable {
  public init() {}

  public static let places = [
    ActionPlace(.nicira(26), .v10 ... .v10, length: 16),
    ActionPlace(.standard(16), .v11 ... .v15, length: 8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .decrementMPLSTTL

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { DecMPLSTTL() }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {}

  public static let keywords = ["dec_mpls_ttl"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [DecMPLSTTL()] }

  public func appendText(to text: inout String) { text += "dec_mpls_ttl" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(EtherType.isMPLS(packets.packets.key.ethType))
  }
}
