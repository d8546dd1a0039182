/// `move:SRC[BITS]->DST[BITS]`: copies bits between fields.
public struct RegMove: Action, Hashable {
  public let source: Subfield
  /// As wide as the source.
  public let destination: Subfield

  public init(_ source: Subfield, to destination: Subfield) {
    self.source = source
    self.destination = destination
  }

  public func appendText(to text: inout String) {
    text += "move:"
    source.appendText(to: &text)
    text += "->"
    destination.appendText(to: &text)
  }
}
