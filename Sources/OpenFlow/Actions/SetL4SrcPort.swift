/// `mod_tp_src:PORT`: the TCP, UDP or SCTP source port.
public struct SetL4SrcPort: Action, Hashable {
  public let port: UInt16

  public init(_ port: UInt16) { self.port = port }

  public func appendText(to text: inout String) { text += "mod_tp_src:\(port)" }
}
