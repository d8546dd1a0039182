/// `resubmit(PORT,TABLE)`: looks the packet up again, with another input port or in another table,
/// runs what it finds, and goes on with the next action.
public struct Resubmit: Action, Hashable {
  /// `OpenFlowPort.inPort`: keep the input port.
  public let inPort: UInt16
  /// 255: the table that the resubmit stands in.
  public let table: UInt8

  public init(inPort: UInt16 = OpenFlowPort.inPort, table: UInt8 = 255) {
    self.inPort = inPort
    self.table = table
  }

  public func appendText(to text: inout String) {
    if inPort != OpenFlowPort.inPort && table == 255 {
      text += "resubmit:" + OpenFlowPort.text(inPort)
      return
    }
    text += "resubmit("
    if inPort != OpenFlowPort.inPort { text += OpenFlowPort.text(inPort) }
    text += ","
    if table != 255 { text += String(table) }
    text += ")"
  }
}
