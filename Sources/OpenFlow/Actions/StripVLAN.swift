/// `strip_vlan`: removes the outermost VLAN tag, if there is one.
public struct StripVLAN: Action, Hashable {
  public init() {}

  public static let places = [ActionPlace(.standard(3), .v10 ... .v10, length: 8)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { StripVLAN() }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.zeros(4) }

  public static let keywords = ["strip_vlan", "pop_vlan"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [StripVLAN()] }

  public func appendText(to text: inout String) { text += "strip_vlan" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) { packets.removeTag() }
}
