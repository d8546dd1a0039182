import Fields

/// `set_mpls_label(N)`: sets the label of the outermost MPLS label stack entry.
public struct SetMPLSLabel: Action, Hashable {
  public let value: UInt32

  public init(_ value: UInt32) { self.value = value }

  private static let nicira = ActionIdentity.nicira(30)

  public static let places = [
    ActionPlace(nicira, .v10 ... .v10, length: 16),
    ActionPlace(.standard(13), .v11 ... .v15, length: 8),
  ]

  public func substitutes(in context: WireContext) -> [any Action]? {
    guard context.version >= .v12, let field = MatchFieldCatalog.field(named: "mpls_label") else {
      return nil
    }
    return FieldSetting.actions(field, UInt128(value))
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    if identity == nicira { _ = try reader.u16() }
    let value = try reader.u32()
    guard value <= 0xfffff else { throw .badActionArgument }
    return SetMPLSLabel(value)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    if identity == Self.nicira { writer.u16(0) }
    writer.u32(value)
  }

  public static let keywords = ["set_mpls_label"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard !argument.isEmpty else { throw FlowTextError("set_mpls_label: expected label.") }
    let value = try ActionText.number(argument, "value", as: UInt32.self)
    guard value <= 0xfffff else { throw FlowTextError("\(argument): not a valid MPLS label") }
    return [SetMPLSLabel(value)]
  }

  public func appendText(to text: inout String) { text += "set_mpls_label(\(value))" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(EtherType.isMPLS(packets.packets.key.ethType))
  }
}
