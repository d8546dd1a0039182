/// `mod_vlan_pcp:PCP`, `set_vlan_pcp:PCP`: sets the VLAN priority. The first pushes a tag when
/// the packet has none.
public struct SetVLANPCP: Action, Hashable {
  public let pcp: UInt8

  /// OpenFlow 1.0's action pushes a tag when there is none; later ones do nothing then.
  public let pushes: Bool
  /// Whether the packets are known to have a tag.
  let hasTag: Bool

  public init(_ pcp: UInt8, pushes: Bool = true) { self.init(pcp, pushes: pushes, hasTag: false) }

  private init(_ pcp: UInt8, pushes: Bool, hasTag: Bool) {
    self.pcp = pcp
    self.pushes = pushes
    self.hasTag = hasTag
  }

  public static let places = [ActionPlace(.standard(2), .v10 ... .v15, length: 8)]

  public func substitutes(in context: WireContext) -> [any Action]? {
    guard context.version >= .v11 else { return nil }
    let push = pushes && !hasTag ? [PushVLAN(etherType: EtherType.vlan)] : []
    if context.version >= .v12 { return push + FieldSetting.actions(.vlanPCP, UInt128(pcp)) }
    return pushes ? push + [SetVLANPCP(pcp, pushes: false)] : nil
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let pcp = try reader.u8()
    guard pcp & 0xf8 == 0 else { throw .badActionArgument }
    return SetVLANPCP(pcp, pushes: context.version == .v10)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u8(pcp) }

  public static let keywords = ["mod_vlan_pcp", "set_vlan_pcp"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let pcp = try ActionText.number(argument, "VLAN PCP", as: UInt8.self)
    guard pcp & 0xf8 == 0 else { throw FlowTextError("\(argument): not a valid VLAN PCP") }
    return [SetVLANPCP(pcp, pushes: keyword.hasPrefix("mod"))]
  }

  public func appendText(to text: inout String) {
    text += (pushes ? "mod" : "set") + "_vlan_pcp:\(pcp)"
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.hasTag || pushes)
    packets.addTag()
  }
}

extension SetVLANPCP: ContextualAction {
  func resolved(_ packets: ActionCheck) -> any Action {
    SetVLANPCP(pcp, pushes: pushes, hasTag: packets.hasTag)
  }
}
