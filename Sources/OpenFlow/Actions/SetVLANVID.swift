/// `mod_vlan_vid:VID`: sets the VLAN ID; pushes a tag first when the packet has none.
public struct SetVLANVID: Action, Hashable {
  public let vid: UInt16

  public init(_ vid: UInt16) { self.vid = vid }

  public static let places = [ActionPlace(.standard(1), .v10 ... .v10, length: 8)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let vid = try reader.u16()
    guard vid & 0xf000 == 0 else { throw .badActionArgument }
    return SetVLANVID(vid)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u16(vid) }

  public static let keywords = ["mod_vlan_vid"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let vid = try ActionText.number(argument, "VLAN VID", as: UInt16.self)
    guard vid & 0xf000 == 0 else { throw FlowTextError("\(argument): not a valid VLAN VID") }
    return [SetVLANVID(vid)]
  }

  public func appendText(to text: inout String) { text += "mod_vlan_vid:\(vid)" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) { packets.addTag() }
}
