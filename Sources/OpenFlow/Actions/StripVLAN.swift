/// `strip_vlan`, and `pop_vlan` in later versions: removes the outermost VLAN tag, if there is one.
public struct StripVLAN: Action, Hashable {
  /// Whether it is the later versions' action, which has another name.
  public let isPop: Bool

  public init(isPop: Bool = false) { self.isPop = isPop }

  public static let places = [
    ActionPlace(.standard(3), .v10 ... .v10, length: 8),
    ActionPlace(.standard(18), .v11 ... .v15, length: 8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .stripVLAN

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { StripVLAN(isPop: context.version >= .v11) }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.zeros(4) }

  public static let keywords = ["strip_vlan", "pop_vlan"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [StripVLAN(isPop: keyword == "pop_vlan")] }

  public func appendText(to text: inout String) { text += isPop ? "pop_vlan" : "strip_vlan" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.hasTag)
    packets.removeTag()
  }
}
