/// `dec_ttl`: decrements the IPv4 TTL or IPv6 hop limit. At 0 or 1 the packet goes to the controllers
/// `controllerIDs` (one reason more to name them) and processing of it stops.
public struct DecTTL: Action, Hashable {
  /// Empty for plain `dec_ttl`, which means controller 0.
  public let controllerIDs: [UInt16]

  public init(controllerIDs: [UInt16] = []) { self.controllerIDs = controllerIDs }

  private static let plain10 = ActionIdentity.nicira(18)
  private static let plain = ActionIdentity.standard(24)
  private static let withIDs = ActionIdentity.nicira(21)

  public static let places = [
    ActionPlace(plain10, .v10 ... .v10, length: 16),
    ActionPlace(plain, .v11 ... .v15, length: 8),
    ActionPlace(withIDs, .v10 ... .v15, lengths: 16...0xfff8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .decrementTTL

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    guard identity == withIDs else { return DecTTL() }
    let count = Int(try reader.u16())
    guard try reader.integer(4) == 0 else { throw .mustBeZero }
    var ids: [UInt16] = []
    for _ in 0..<count { ids.append(try reader.u16()) }
    return DecTTL(controllerIDs: ids)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    if !controllerIDs.isEmpty { return Self.withIDs }
    return context.version == .v10 ? Self.plain10 : Self.plain
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    guard identity == Self.withIDs else { return writer.zeros(4) }
    let ids = controllerIDs.prefix(0x7ff0)
    writer.u16(UInt16(truncatingIfNeeded: ids.count))
    writer.zeros(4)
    for id in ids { writer.u16(id) }
  }

  public static let keywords = ["dec_ttl"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    if argument.isEmpty { return [DecTTL()] }
    var ids: [UInt16] = []
    for id in argument.split(whereSeparator: { $0 == "," || $0 == " " }) {
      ids.append(try ActionText.number(id, "controller id", as: UInt16.self))
    }
    guard !ids.isEmpty else {
      throw FlowTextError("dec_ttl_cnt_ids: expected at least one controller id.")
    }
    guard ids.count < 0x7ff0 else { throw FlowTextError("input too big") }
    return [DecTTL(controllerIDs: ids)]
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.isIP)
  }

  public func appendText(to text: inout String) {
    text += "dec_ttl"
    guard !controllerIDs.isEmpty else { return }
    text += "(" + controllerIDs.map(String.init).joined(separator: ",") + ")"
  }
}
