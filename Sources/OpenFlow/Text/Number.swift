/// Numbers of flow text: decimal, or hexadecimal after `0x`.
public enum Number {
  /// Reads a number of at most `max`; nil for anything else.
  public static func parse(_ text: some StringProtocol, max: UInt128) -> UInt128? {
    let isHex = text.hasPrefix("0x") || text.hasPrefix("0X")
    let digits = isHex ? text.dropFirst(2) : text[...]
    // `UInt128(_:radix:)` would take a sign.
    guard let first = digits.utf8.first, first != 0x2b, first != 0x2d,
      let value = UInt128(digits, radix: isHex ? 16 : 10), value <= max
    else { return nil }
    return value
  }

  /// C's `%#x`: no prefix for zero.
  public static func hex(_ value: some BinaryInteger) -> String {
    value == 0 ? "0" : "0x" + String(value, radix: 16)
  }
}
