/// `mod_nw_dst:IP`: the IPv4 destination address.
public struct SetIPv4Dst: Action, Hashable {
  public let address: UInt32

  public init(_ address: UInt32) { self.address = address }

  public static let places = [
    ActionPlace(.standard(7), .v10 ... .v10, length: 8),
    ActionPlace(.standard(6), .v11 ... .v15, length: 8),
  ]

  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version >= .v12 ? FieldSetting.actions(.ipv4Dst, UInt128(address)) : nil
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    SetIPv4Dst(try reader.u32())
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u32(address) }

  public static let keywords = ["mod_nw_dst"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard let address = IPv4Text.parse(argument) else {
      throw FlowTextError("\(argument): could not convert to IP address")
    }
    return [SetIPv4Dst(address)]
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(.ipv4Dst)
  }

  public func appendText(to text: inout String) { text += "mod_nw_dst:\(IPv4Text.format(address))" }
}
