import Fields

/// `mod_nw_ttl:TTL`: sets the TTL of IPv4 or the hop limit of IPv6. OpenFlow 1.0 has no such action.
public struct SetIPTTL: Action, Hashable {
  public let ttl: UInt8

  public init(_ ttl: UInt8) { self.ttl = ttl }

  public static let places = [ActionPlace(.standard(23), .v11 ... .v15, length: 8)]

  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version == .v10 ? FieldSetting.actions(.ipTTL, UInt128(ttl)) : nil
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { SetIPTTL(try reader.u8()) }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u8(ttl) }

  public static let keywords = ["mod_nw_ttl"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    [SetIPTTL(try ActionText.number(argument, "TTL", as: UInt8.self))]
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.isIP)
  }

  public func appendText(to text: inout String) { text += "mod_nw_ttl:\(ttl)" }
}
