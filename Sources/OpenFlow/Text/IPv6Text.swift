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

  public static func parse(_ text: some StringProtocol) -> UInt128? {
    var address: UInt128 = 0
    guard !text.utf8.contains(0), inet_pton(AF_INET6, String(text), &address) == 1 else {
      return nil
    }
    return UInt128(bigEndian: address)
  }
}
