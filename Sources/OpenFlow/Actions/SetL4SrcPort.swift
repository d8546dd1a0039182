/// `mod_tp_src:PORT`: the TCP, UDP or SCTP source port.
public struct SetL4SrcPort: Action, Hashable {
  public let port: UInt16
  /// The packets' IP protocol, if it is known.
  let ipProto: UInt8

  public init(_ port: UInt16) { self.init(port, ipProto: 0) }

  private init(_ port: UInt16, ipProto: UInt8) {
    self.port = port
    self.ipProto = ipProto
  }

  public static let places = [ActionPlace(.standard(9), .v10 ... .v15, length: 8)]

  public func substitutes(in context: WireContext) -> [any Action]? {
    guard context.version >= .v12 else { return nil }
    let field = TransportFields.source[ipProto]
    // Of a protocol that is not known only the action itself can be said.
    return field.map { FieldSetting.actions($0, UInt128(port)) }
  }

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    SetL4SrcPort(try reader.u16())
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u16(port) }

  public static let keywords = ["mod_tp_src"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    [SetL4SrcPort(try ActionText.number(argument, "source port", as: UInt16.self))]
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.expect(packets.hasTransportPorts)
  }

  public func appendText(to text: inout String) { text += "mod_tp_src:\(port)" }
}

extension SetL4SrcPort: ContextualAction {
  func resolved(_ packets: ActionCheck) -> any Action {
    SetL4SrcPort(port, ipProto: packets.packets.key.ipProto)
  }
}
