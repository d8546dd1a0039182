/// `output:PORT`, and the reserved ports by name (`NORMAL`, `FLOOD`, `IN_PORT`, ...).
public struct OutputAction: Action, Hashable {
  public let port: UInt16
  /// Bytes of the packet to send, when the port is the controller.
  public let maxLength: UInt16

  public init(port: UInt16, maxLength: UInt16 = 0) {
    self.port = port
    self.maxLength = maxLength
  }

  public func appendText(to text: inout String) {
    if port < OpenFlowPort.max { text += "output:" }
    text += OpenFlowPort.text(port)
    if port == OpenFlowPort.controller { text += ":\(maxLength)" }
  }
}
