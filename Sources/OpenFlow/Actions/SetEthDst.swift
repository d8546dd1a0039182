import Fields

/// `mod_dl_dst:MAC`: the Ethernet destination address.
public struct SetEthDst: Action, Hashable {
  public let address: EthernetAddress

  public init(_ address: EthernetAddress) { self.address = address }

  public static let places = [
    ActionPlace(.standard(5), .v10 ... .v10, length: 16),
    ActionPlace(.standard(4), .v11 ... .v15, length: 16),
  ]

  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version >= .v12 ? FieldSetting.actions(.ethDst, UInt128(address.value)) : nil
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    SetEthDst(EthernetAddress(UInt64(try reader.integer(6))))
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.integer(UInt128(address.value), 6) }

  public static let keywords = ["mod_dl_dst"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard let address = EthernetAddress(argument) else {
      throw FlowTextError("invalid mac address \(argument)")
    }
    return [SetEthDst(address)]
  }

  public func appendText(to text: inout String) { text += "mod_dl_dst:\(address)" }
}
