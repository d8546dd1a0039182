import Fields

/// `fin_timeout(idle_timeout=S,hard_timeout=S)`: when TCP ends a connection, the flow that this
/// stands in gets shorter timeouts.
public struct FinTimeout: Action, Hashable {
  /// Seconds; 0 to leave the timeout alone.
  public let idle: UInt16
  public let hard: UInt16

  public init(idle: UInt16, hard: UInt16) {
    self.idle = idle
    self.hard = hard
  }

  public static let places = [ActionPlace(.nicira(19), .v10 ... .v15, length: 16)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    FinTimeout(idle: try reader.u16(), hard: try reader.u16())
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(idle)
    writer.u16(hard)
    writer.zeros(2)
  }

  public static let keywords = ["fin_timeout"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var idle: UInt16 = 0
    var hard: UInt16 = 0
    for (key, value) in KeyValueText(argument) {
      switch key {
      case "idle_timeout": idle = try ActionText.number(value[...], key, as: UInt16.self)
      case "hard_timeout": hard = try ActionText.number(value[...], key, as: UInt16.self)
      default: throw FlowTextError("invalid key '\(key)' in 'fin_timeout' argument")
      }
    }
    return [FinTimeout(idle: idle, hard: hard)]
  }

  public func appendText(to text: inout String) {
    var items: [String] = []
    if idle != 0 { items.append("idle_timeout=\(idle)") }
    if hard != 0 { items.append("hard_timeout=\(hard)") }
    text += "fin_timeout(" + items.joined(separator: ",") + ")"
  }

  /// Only TCP has such an end.
  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.packets.key.ipProto == IPProtocol.tcp)
  }
}
