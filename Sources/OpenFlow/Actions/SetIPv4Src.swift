/// `mod_nw_src:IP`: the IPv4 source address.
public struct SetIPv4Src: Action, Hashable {
  public let address: UInt32

  public init(_ address: UInt32) { self.address = address }

  public static let places = [
    ActionPlace(.standard(6), .v10 ... .v10, length: 8),
    ActionPlace(.standard(5), .v11 ... .v15, length: 8),
  ]

  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version >= .v12 ? FieldSetting.actions(.ipv4Src, UInt128(address)) : nil
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    SetIPv4Src(try reader.u32())
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u32(address) }

  public static let keywords = ["mod_nw_src"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard let address = IPv4Text.parse(argument) else {
      throw FlowTextError("\(argument): could not convert to IP address")
    }
    return [SetIPv4Src(address)]
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(.ipv4Src)
  }

  public func appendText(to text: inout String) { text += "mod_nw_src:\(IPv4Text.format(address))" }
}
