/// `mod_nw_tos:TOS`: the DSCP bits of the IPv4 TOS or IPv6 traffic class; the ECN bits stay.
public struct SetIPTOS: Action, Hashable {
  public let tos: UInt8

  public init(_ tos: UInt8) { self.tos = tos }

  public static let places = [
    ActionPlace(.standard(8), .v10 ... .v10, length: 8),
    ActionPlace(.standard(7), .v11 ... .v15, length: 8),
  ]

  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version >= .v12 ? FieldSetting.actions(.ipDSCP, UInt128(tos >> 2)) : nil
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let tos = try reader.u8()
    guard tos & 0x03 == 0 else { throw .badActionArgument }
    return SetIPTOS(tos)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u8(tos) }

  public static let keywords = ["mod_nw_tos"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let tos = try ActionText.number(argument, "TOS", as: UInt8.self)
    guard tos & 0x03 == 0 else { throw FlowTextError("\(argument): not a valid TOS") }
    return [SetIPTOS(tos)]
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.isIP)
  }

  public func appendText(to text: inout String) { text += "mod_nw_tos:\(tos)" }
}
