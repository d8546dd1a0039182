import Fields

/// `push_mpls:ETHERTYPE`: puts an MPLS label stack entry before what the packet carries: a copy of
/// the outermost one, or a new one with the packet's TTL and DSCP. `ETHERTYPE` is 0x8847 or 0x8848.
public struct PushMPLS: Action, Hashable {
  public let etherType: UInt16

  public init(etherType: UInt16) { self.etherType = etherType }

  public static let places = [
    ActionPlace(.nicira(23), .v10 ... .v10, length: 16),
    ActionPlace(.standard(19), .v11 ... .v15, length: 8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .pushMPLS

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let etherType = try reader.u16()
    guard EtherType.isMPLS(etherType) else { throw .badActionArgument }
    return PushMPLS(etherType: etherType)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u16(etherType) }

  public static let keywords = ["push_mpls"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    [PushMPLS(etherType: try ActionText.number(argument, "push_mpls", as: UInt16.self))]
  }

  public func appendText(to text: inout String) {
    text += "push_mpls:0x" + Number.hexDigits(etherType, 4)
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.packets.isEthernet)
    packets.changeEtherType(etherType)
  }
}
