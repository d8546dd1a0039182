import Glibc
import Runtime

/// Addresses with a prefix length or a mask, as commands have them: `10.0.0.1/8`, `fe80::1/64`. Each
/// function throws the text that OVS has for what is wrong.
public enum PrefixText {
  public static func checkIPv4(_ text: String) throws {
    let (address, length) = split(text)
    guard isAddress(address, AF_INET) else { throw TextError("\(text): invalid IP address") }
    guard let length, !isAddress(length, AF_INET) else { return }
    guard let bits = Int(length) else { throw TextError("\(text): invalid IP address") }
    guard (0...32).contains(bits) else {
      throw TextError("\(text): IPv4 network prefix bits not between 0 and 32, inclusive")
    }
  }

  public static func checkIPv6(_ text: String) throws {
    let (address, length) = split(text)
    guard isAddress(address, AF_INET6) else { throw TextError("\(text): invalid IPv6 address") }
    guard let length else { return }
    if let mask = bytes(length, AF_INET6) {
      guard isPrefix(mask) else { throw TextError("\(text): IPv6 CIDR network required") }
      return
    }
    guard let bits = Int(length) else { throw TextError("\(text): Invalid IPv6 mask") }
    guard (0...128).contains(bits) else {
      throw TextError("\(text): IPv6 network prefix bits not between 0 and 128, inclusive")
    }
  }

  private static func split(_ text: String) -> (String, String?) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    return (parts.first.map(String.init) ?? "", parts.count > 1 ? String(parts[1]) : nil)
  }

  private static func isAddress(_ text: String, _ family: Int32) -> Bool {
    bytes(text, family) != nil
  }

  private static func bytes(_ text: String, _ family: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    return inet_pton(family, text, &bytes) == 1 ? bytes : nil
  }

  /// Ones, then only zeros.
  private static func isPrefix(_ mask: [UInt8]) -> Bool {
    let rest = mask.drop { $0 == 0xff }
    guard let edge = rest.first else { return true }
    return ~edge & (~edge &+ 1) == 0 && rest.dropFirst().allSatisfy { $0 == 0 }
  }
}
