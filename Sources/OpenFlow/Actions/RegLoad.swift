/// `load:VALUE->FIELD[BITS]`: writes a constant into part of a field.
public struct RegLoad: Action, Hashable {
  public let destination: Subfield
  /// Right-aligned, no wider than the destination.
  public let value: UInt128

  public init(_ value: UInt128, into destination: Subfield) {
    self.destination = destination
    self.value = value & destination.allOnes
  }

  public func appendText(to text: inout String) {
    text += value == 0 ? "load:0->" : "load:0x" + String(value, radix: 16) + "->"
    destination.appendText(to: &text)
  }
}
