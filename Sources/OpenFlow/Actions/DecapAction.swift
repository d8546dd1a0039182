import Fields

/// `decap()`: removes the outermost header; what the packet is then, the header said, or
/// `decap(packet_type(ns=N,type=T))`. OpenFlow 1.3 and later.
public struct DecapAction: Action, Hashable {
  /// Namespace << 16 | type; `byNextProtocol` to find out.
  public let packetType: UInt32

  public init(packetType: UInt32 = byNextProtocol) { self.packetType = packetType }

  public static let byNextProtocol: UInt32 = 0xfffe

  public static let places = [ActionPlace(.nicira(47), .v13 ... .v15, lengths: 16...0xfff8)]

  public static let actionSetSlot: ActionSetSlot? = .decap

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    guard reader.remaining == 6 else { throw .unknownEncapProperty }
    try reader.skip(2)
    return DecapAction(packetType: try reader.u32())
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.zeros(2)
    writer.u32(packetType)
  }

  public static let keywords = ["decap"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var items = KeyValueText(argument)
    guard let (key, value) = items.next() else { return [DecapAction()] }
    guard key == "packet_type" else { throw FlowTextError("Invalid decap argument: \(key)") }
    var parts = KeyValueText(value)
    guard let space = parts.next(), space.key == "ns" else {
      throw FlowTextError("Missing packet_type attribute ns")
    }
    let namespace = try ActionText.number(space.value[...], "ns", as: UInt16.self)
    guard namespace < 2 else { throw FlowTextError("Unsupported ns value: \(namespace)") }
    guard let kind = parts.next(), kind.key == "type" else {
      throw FlowTextError("Missing packet_type attribute type")
    }
    let type = try ActionText.number(kind.value[...], "type", as: UInt16.self)
    return [DecapAction(packetType: UInt32(namespace) << 16 | UInt32(type))]
  }

  public func appendText(to text: inout String) {
    text += "decap("
    if packetType != Self.byNextProtocol {
      let type = packetType & 0xffff
      text += "packet_type(ns=\(packetType >> 16),type=\(type == 0 ? "0" : Number.hex(type)))"
    }
    text += ")"
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) { packets.removeHeader() }
}
