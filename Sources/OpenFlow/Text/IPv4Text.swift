/// IPv4 addresses in dotted decimal.
public enum IPv4Text {
  public static func format(_ address: UInt32) -> String {
    "\(address >> 24).\(address >> 16 & 0xff).\(address >> 8 & 0xff).\(address & 0xff)"
  }

  /// `10.0.0.0/8`, or with a mask that is no prefix `10.0.0.1/255.0.0.255`.
  static func format(_ address: UInt32, mask: UInt32) -> String {
    if mask == .max { return format(address) }
    let isPrefix = ~mask & (~mask &+ 1) == 0
    return format(address) + "/"
      + (isPrefix ? String((~mask).leadingZeroBitCount) : format(mask))
  }

  /// Reads four decimal numbers of 0 to 255; nil for anything else.
  public static func parse(_ text: some StringProtocol) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var address: UInt32 = 0
    for part in parts {
      guard part.utf8.count <= 3, part.utf8.first != 0x2b, let byte = UInt8(part) else {
        return nil
      }
      address = address << 8 | UInt32(byte)
    }
    return address
  }
}
