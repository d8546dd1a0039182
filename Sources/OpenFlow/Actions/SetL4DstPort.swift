/// `mod_tp_dst:PORT`: the TCP, UDP or SCTP destination port.
public struct SetL4DstPort: Action, Hashable {
  public let port: UInt16

  public init(_ port: UInt16) { self.port = port }

  public static let places = [ActionPlace(.standard(10), .v10 ... .v10, length: 8)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    SetL4DstPort(try reader.u16())
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { writer.u16(port) }

  public static let keywords = ["mod_tp_dst"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    [SetL4DstPort(try ActionText.number(argument, "destination port", as: UInt16.self))]
  }

  public func appendText(to text: inout String) { text += "mod_tp_dst:\(port)" }
}
