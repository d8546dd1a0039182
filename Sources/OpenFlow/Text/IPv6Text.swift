import Glibc

/// IPv6 addresses in the form of RFC 5952, as the C library writes them.
public enum IPv6Text {
  public static func format(_ address: UInt128) -> String {
    var address = address.bigEndian
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(AF_INET6, &address, &text, socklen_t(INET6_ADDRSTRLEN)) != nil else {
      return ""
    }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// `fe80::/10`, or with a mask that is no prefix `::1/::ffff`.
  static func format(_ address: UInt128, mask: UInt128) -> String {
    if mask == .max { return format(address) }
    let isPrefix = ~mask & (~mask &+ 1) == 0
    return format(address) + "/"
      + (isPrefix ? String((~mask).leadingZeroBitCount) : format(mask))
  }

  public static func parse(_ text: some StringProtocol) -> UInt128? {
    var address: UInt128 = 0
    guard !text.utf8.contains(0), inet_pton(AF_INET6, String(text), &address) == 1 else {
      return nil
    }
    return UInt128(bigEndian: address)
  }
}
