import Fields

/// `mod_vlan_vid:VID`, `set_vlan_vid:VID`: sets the VLAN ID. The first pushes a tag when
/// the packet has none.
public struct SetVLANVID: Action, Hashable {
  public let vid: UInt16

  /// OpenFlow 1.0's action pushes a tag when there is none; later ones do nothing then.
  public let pushes: Bool
  /// Whether the packets are known to have a tag.
  let hasTag: Bool

  public init(_ vid: UInt16, pushes: Bool = true) { self.init(vid, pushes: pushes, hasTag: false) }

  private init(_ vid: UInt16, pushes: Bool, hasTag: Bool) {
    self.vid = vid
    self.pushes = pushes
    self.hasTag = hasTag
  }

  public static let places = [ActionPlace(.standard(1), .v10 ... .v15, length: 8)]

  public func substitutes(in context: WireContext) -> [any Action]? {
    guard context.version >= .v11 else { return nil }
    let push = pushes && !hasTag ? [PushVLAN(etherType: EtherType.vlan)] : []
    if context.version >= .v12 {
      return push + FieldSetting.actions(.vlanVID, UInt128(vid | vlanPresent))
    }
    return pushes ? push + [SetVLANVID(vid, pushes: false)] : nil
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let vid = try reader.u16()
    guard vid & 0xf000 == 0 else { throw .badActionArgument }
    return SetVLANVID(vid, pushes: context.version == .v10)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u16(vid) }

  public static let keywords = ["mod_vlan_vid", "set_vlan_vid"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let vid = try ActionText.number(argument, "VLAN VID", as: UInt16.self)
    guard vid & 0xf000 == 0 else { throw FlowTextError("\(argument): not a valid VLAN VID") }
    return [SetVLANVID(vid, pushes: keyword.hasPrefix("mod"))]
  }

  public func appendText(to text: inout String) {
    text += (pushes ? "mod" : "set") + "_vlan_vid:\(vid)"
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.hasTag || pushes)
    packets.addTag()
  }
}

extension SetVLANVID: ContextualAction {
  func resolved(_ packets: ActionCheck) -> any Action {
    SetVLANVID(vid, pushes: pushes, hasTag: packets.hasTag)
  }
}
