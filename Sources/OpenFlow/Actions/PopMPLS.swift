import Fields

/// `pop_mpls:ETHERTYPE`: removes the outermost MPLS label stack entry; the packet is one of
/// `ETHERTYPE` afterwards.
public struct PopMPLS: Action, Hashable {
  public let etherType: UInt16

  public init(etherType: UInt16) { self.etherType = etherType }

  public static let places = [
    ActionPlace(.nicira(24), .v10 ... .v10, length: 16),
    ActionPlace(.standard(20), .v11 ... .v15, length: 8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .popMPLS

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let etherType = try reader.u16()
    return PopMPLS(etherType: etherType)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u16(etherType) }

  public static let keywords = ["pop_mpls"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    [PopMPLS(etherType: try ActionText.number(argument, "pop_mpls", as: UInt16.self))]
  }

  public func appendText(to text: inout String) {
    text += "pop_mpls:0x" + Number.hexDigits(etherType, 4)
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.packets.isEthernet && EtherType.isMPLS(packets.packets.key.ethType))
    packets.changeEtherType(etherType)
  }
}
