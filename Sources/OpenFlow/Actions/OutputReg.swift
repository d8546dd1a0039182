/// `output:FIELD[BITS]`: outputs to the port whose number the field holds.
public struct OutputReg: Action, Hashable {
  public let source: Subfield
  /// Bytes of the packet to send, when the port is the controller.
  public let maxLength: UInt16

  public init(_ source: Subfield, maxLength: UInt16 = .max) {
    self.source = source
    self.maxLength = maxLength
  }

  public func appendText(to text: inout String) {
    text += "output:"
    source.appendText(to: &text)
  }
}
