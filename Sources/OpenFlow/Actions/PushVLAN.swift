/// `push_vlan:ETHERTYPE`: adds a VLAN tag with ID 0 and priority 0 (a copy of the tag that is there,
/// if the packet has one).
public struct PushVLAN: Action, Hashable {
  /// 0x8100 or 0x88a8.
  public let etherType: UInt16

  public init(etherType: UInt16) { self.etherType = etherType }

  /// OpenFlow 1.0 has no such action.
  public static let places = [ActionPlace(.standard(17), .v11 ... .v15, length: 8)]

  /// There the action that sets the tag pushes it.
  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version == .v10 ? [] : nil
  }

  private static let tagTypes = [EtherType.vlan, EtherType.serviceVLAN]

  public static let actionSetSlot: ActionSetSlot? = .pushVLAN

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let etherType = try reader.u16()
    guard tagTypes.contains(etherType) else { throw .badActionArgument }
    return PushVLAN(etherType: etherType)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u16(etherType) }

  public static let keywords = ["push_vlan"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let etherType = try ActionText.number(argument, "ethertype", as: UInt16.self)
    guard tagTypes.contains(etherType) else {
      throw FlowTextError("\(argument): not a valid VLAN ethertype")
    }
    return [PushVLAN(etherType: etherType)]
  }

  public func appendText(to text: inout String) { text += "push_vlan:" + Number.hex(etherType) }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.pushTag()
  }
}
