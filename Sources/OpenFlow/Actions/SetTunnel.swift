import Fields

/// `set_tunnel:ID` and `set_tunnel64:ID`: the key of the tunnel that the packet is to go through.
public struct SetTunnel: Action, Hashable {
  public let id: UInt64
  /// Whether it came in the form that has room for 64 bits.
  public let isWide: Bool

  public init(_ id: UInt64, isWide: Bool = false) {
    self.id = id
    self.isWide = isWide || id > UInt64(UInt32.max)
  }

  private static let narrow = ActionIdentity.nicira(2)
  private static let wide = ActionIdentity.nicira(9)

  public static let places = [
    ActionPlace(narrow, .v10 ... .v15, length: 16),
    ActionPlace(wide, .v10 ... .v15, length: 24),
  ]

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    if identity == narrow {
      try reader.skip(2)
      return SetTunnel(UInt64(try reader.u32()))
    }
    try reader.skip(6)
    return SetTunnel(try reader.u64(), isWide: true)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    isWide ? Self.wide : Self.narrow
  }

  /// From 1.2 on tunnels have a field for it.
  public func substitutes(in context: WireContext) -> [any Action]? {
    context.version < .v12 ? nil : FieldSetting.actions(.tunnelID, UInt128(id))
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    guard identity == Self.wide else {
      writer.zeros(2)
      return writer.u32(UInt32(truncatingIfNeeded: id))
    }
    writer.zeros(6)
    writer.u64(id)
  }

  public static let keywords = ["set_tunnel", "set_tunnel64"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard let id = Number.parse(argument, max: UInt128(UInt64.max)) else {
      throw FlowTextError("invalid numeric format \(argument)")
    }
    return [SetTunnel(UInt64(id), isWide: keyword == "set_tunnel64")]
  }

  public func appendText(to text: inout String) {
    text += (isWide ? "set_tunnel64:" : "set_tunnel:") + Number.hex(id)
  }
}
