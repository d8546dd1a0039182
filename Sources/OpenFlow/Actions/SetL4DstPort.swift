/// `mod_tp_dst:PORT`: the TCP, UDP or SCTP destination port.
public struct SetL4DstPort: Action, Hashable {
  public let port: UInt16

  public init(_ port: UInt16) { self.port = port }

  public func appendText(to text: inout String) { text += "mod_tp_dst:\(port)" }
}
