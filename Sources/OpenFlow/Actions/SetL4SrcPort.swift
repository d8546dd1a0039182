/// `mod_tp_src:PORT`: the TCP, UDP or SCTP source port.
public struct SetL4SrcPort: Action, Hashable {
  public let port: UInt16

  public init(_ port: UInt16) { self.port = port }

  public static let places = [ActionPlace(.standard(9), .v10 ... .v10, length: 8)]

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

  public func appendText(to text: inout String) { text += "mod_tp_src:\(port)" }
}
