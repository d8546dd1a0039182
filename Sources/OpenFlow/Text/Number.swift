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

  /// The decimal number that `text` begins with, 0 for none: C's `atoi`.
  static func leading(_ text: some StringProtocol) -> Int {
    let isNegative = text.hasPrefix("-")
    let digits = text.drop { $0 == "-" || $0 == "+" }.prefix { ("0"..."9").contains($0) }
    let value = Int(digits.prefix(18)) ?? 0
    return isNegative ? -value : value
  }

  /// C's `%#x`: no prefix for zero.
  /// At least so many digits.
  static func hexDigits(_ value: some BinaryInteger, _ count: Int) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }

  public static func hex(_ value: some BinaryInteger) -> String {
    value == 0 ? "0" : "0x" + String(value, radix: 16)
  }

  /// Reads a number of any length as that many bytes; nil when it does not fit.
  static func bytes(_ text: some StringProtocol, count: Int) -> [UInt8]? {
    guard text.hasPrefix("0x") || text.hasPrefix("0X") else {
      guard let value = parse(text, max: .max) else { return nil }
      return fit((0..<16).map { UInt8(truncatingIfNeeded: value >> UInt128(120 - 8 * $0)) }, count)
    }
    var digits: [UInt8] = []
    for character in text.dropFirst(2) {
      guard character.isASCII, let digit = character.hexDigitValue else { return nil }
      digits.append(UInt8(digit))
    }
    guard !digits.isEmpty else { return nil }
    if digits.count % 2 == 1 { digits.insert(0, at: 0) }
    return fit(
      stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }, count)
  }

  private static func fit(_ bytes: [UInt8], _ count: Int) -> [UInt8]? {
    guard bytes.dropLast(count).allSatisfy({ $0 == 0 }) else { return nil }
    return [UInt8](repeating: 0, count: max(0, count - bytes.count)) + bytes.suffix(count)
  }

  /// C's `%#x` of a number of any length; the first byte is the most significant.
  static func hex(_ bytes: [UInt8]) -> String {
    let digits = bytes.drop { $0 == 0 }
    guard let first = digits.first else { return "0" }
    return digits.dropFirst().reduce("0x" + String(first, radix: 16)) {
      $0 + ($1 < 16 ? "0" : "") + String($1, radix: 16)
    }
  }
}
