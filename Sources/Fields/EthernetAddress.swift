/// A 48-bit Ethernet (MAC) address; the first byte on the wire is the most significant.
@frozen
public struct EthernetAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The address in the low 48 bits.
  public var value: UInt64

  @inlinable public init(_ value: UInt64) { self.value = value & 0xffff_ffff_ffff }

  /// Parses `aa:bb:cc:dd:ee:ff`: six groups of one or two hex digits; nil when it is anything else.
  public init?(_ text: some StringProtocol) {
    let groups = text.split(separator: ":", omittingEmptySubsequences: false)
    guard groups.count == 6 else { return nil }
    var v: UInt64 = 0
    for group in groups {
      guard (1...2).contains(group.utf8.count), group.utf8.allSatisfy(\.isHexDigit),
        let byte = UInt8(group, radix: 16)
      else { return nil }
      v = v << 8 | UInt64(byte)
    }
    self.init(v)
  }

  public static let zero = EthernetAddress(0)
  public static let broadcast = EthernetAddress(0xffff_ffff_ffff)

  /// Group addresses, broadcast included.
  @inlinable public var isMulticast: Bool { value & 0x0100_0000_0000 != 0 }
  @inlinable public var isBroadcast: Bool { value == 0xffff_ffff_ffff }
  /// 01:80:c2:00:00:00 - 0f: addresses that a bridge must not forward (IEEE 802.1D, table 7-10).
  @inlinable public var isReserved: Bool { value & ~0xf == 0x0180_c200_0000 }

  public static func < (a: Self, b: Self) -> Bool { a.value < b.value }

  public var description: String {
    var s = ""
    s.reserveCapacity(17)
    for shift in stride(from: 40, through: 0, by: -8) {
      let byte = UInt8(truncatingIfNeeded: value >> UInt64(shift))
      s += byte < 16 ? "0" : ""
      s += String(byte, radix: 16)
      if shift != 0 { s += ":" }
    }
    return s
  }
}

extension UInt8 {
  fileprivate var isHexDigit: Bool {
    (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
  }
}
