import Fields

/// `mod_nw_ecn:ECN`: sets the two ECN bits of IPv4 or IPv6. Only OpenFlow 1.1 has such an action.
public struct SetIPECN: Action, Hashable {
  public let ecn: UInt8

  public init(_ ecn: UInt8) { self.ecn = ecn }

  public static let places = [ActionPlace(.standard(8), .v11 ... .v11, length: 8)]

  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version == .v11 ? nil : FieldSetting.actions(.ipECN, UInt128(ecn))
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let ecn = try reader.u8()
    guard ecn & ~0x03 == 0 else { throw .badActionArgument }
    return SetIPECN(ecn)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u8(ecn) }

  public static let keywords = ["mod_nw_ecn"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let ecn = try ActionText.number(argument, "ECN", as: UInt8.self)
    guard ecn & ~0x03 == 0 else { throw FlowTextError("\(argument): not a valid ECN") }
    return [SetIPECN(ecn)]
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.isIP)
  }

  public func appendText(to text: inout String) { text += "mod_nw_ecn:\(ecn)" }
}
