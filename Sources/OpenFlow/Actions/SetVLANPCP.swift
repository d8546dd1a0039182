/// `mod_vlan_pcp:PCP`: sets the VLAN priority; pushes a tag first when the packet has none.
public struct SetVLANPCP: Action, Hashable {
  public let pcp: UInt8

  public init(_ pcp: UInt8) { self.pcp = pcp }

  public static let places = [ActionPlace(.standard(2), .v10 ... .v10, length: 8)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let pcp = try reader.u8()
    guard pcp & 0xf8 == 0 else { throw .badActionArgument }
    return SetVLANPCP(pcp)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u8(pcp) }

  public static let keywords = ["mod_vlan_pcp"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let pcp = try ActionText.number(argument, "VLAN PCP", as: UInt8.self)
    guard pcp & 0xf8 == 0 else { throw FlowTextError("\(argument): not a valid VLAN PCP") }
    return [SetVLANPCP(pcp)]
  }

  public func appendText(to text: inout String) { text += "mod_vlan_pcp:\(pcp)" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) { packets.addTag() }
}
