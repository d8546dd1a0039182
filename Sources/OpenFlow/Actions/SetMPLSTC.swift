import Fields

/// `set_mpls_tc(N)`: sets the traffic class of the outermost MPLS label stack entry.
public struct SetMPLSTC: Action, Hashable {
  public let value: UInt8

  public init(_ value: UInt8) { self.value = value }

  public static let places = [
    ActionPlace(.nicira(31), .v10 ... .v10, length: 16),
    ActionPlace(.standard(14), .v11 ... .v15, length: 8),
  ]

  public func substitutes(in context: WireContext) -> [any Action]? {
    guard context.version >= .v12, let field = MatchFieldCatalog.field(named: "mpls_tc") else {
      return nil
    }
    return FieldSetting.actions(field, UInt128(value))
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let value = try reader.u8()
    guard value <= 7 else { throw .badActionArgument }
    return SetMPLSTC(value)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u8(value) }

  public static let keywords = ["set_mpls_tc"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard !argument.isEmpty else { throw FlowTextError("set_mpls_tc: expected tc.") }
    let value = try ActionText.number(argument, "MPLS TC", as: UInt8.self)
    guard value <= 7 else { throw FlowTextError("\(argument): not a valid MPLS TC") }
    return [SetMPLSTC(value)]
  }

  public func appendText(to text: inout String) { text += "set_mpls_tc(\(value))" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(EtherType.isMPLS(packets.packets.key.ethType))
  }
}
