/// `set_mpls_ttl(N)`: sets the TTL of the outermost MPLS label stack entry.
public struct SetMPLSTTL: Action, Hashable {
  public let value: UInt8

  public init(_ value: UInt8) { self.value = value }

  public static let places = [
    ActionPlace(.nicira(25), .v10 ... .v10, length: 16),
    ActionPlace(.standard(15), .v11 ... .v15, length: 8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let value = try reader.u8()
    return SetMPLSTTL(value)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u8(value) }

  public static let keywords = ["set_mpls_ttl"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard !argument.isEmpty else { throw FlowTextError("set_mpls_ttl: expected ttl.") }
    let value = try ActionText.number(argument, "MPLS TTL", as: UInt8.self)
    return [SetMPLSTTL(value)]
  }

  public func appendText(to text: inout String) { text += "set_mpls_ttl(\(value))" }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(EtherType.isMPLS(packets.packets.key.ethType))
  }
}
