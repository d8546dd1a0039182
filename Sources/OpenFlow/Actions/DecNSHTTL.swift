import Fields

/// `dec_nsh_ttl`: decrements the TTL of the network service header. At 0 or 1 the packet goes to the
/// controller and processing of it stops.
public struct DecNSHTTL: Action, Hashable {
  public init() {}

  public static let places = [
    ActionPlace(.nicira(48), .v13 ... .v15, length: 16)
  ]

  public static let actionSetSlot: ActionSetSlot? = .decrementNSHTTL

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { DecNSHTTL() }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {}

  public static let keywords = ["dec_nsh_ttl"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [DecNSHTTL()] }

  public func appendText(to text: inout String) { text += "dec_nsh_ttl" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.packets.key.ethType == EtherType.nsh)
  }
}
