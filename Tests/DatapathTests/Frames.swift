import Datapath
import Fields

/// Frames for tests, built header by header, with right lengths and checksums.
enum Frames {
  static func word(_ v: UInt16) -> [UInt8] { [UInt8(v >> 8), UInt8(v & 0xff)] }
  static func long(_ v: UInt32) -> [UInt8] { word(UInt16(v >> 16)) + word(UInt16(v & 0xffff)) }
  static func address(_ a: EthernetAddress) -> [UInt8] {
    (0..<6).map { UInt8(truncatingIfNeeded: a.value >> UInt64(40 - 8 * $0)) }
  }
  static func bytes(_ a: UInt128) -> [UInt8] {
    (0..<16).map { UInt8(truncatingIfNeeded: a >> UInt128(120 - 8 * $0)) }
  }

  static func ethernet(
    dst: EthernetAddress = EthernetAddress(0x0200_0000_0002),
    src: EthernetAddress = EthernetAddress(0x0200_0000_0001),
    tags: [(tpid: UInt16, tci: UInt16)] = [], type: UInt16, _ payload: [UInt8]
  ) -> [UInt8] {
    address(dst) + address(src) + tags.flatMap { word($0.tpid) + word($0.tci) } + word(type)
      + payload
  }

  /// The Internet checksum of bytes whose checksum field is zero (0 when the sum is right).
  static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for i in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt32(bytes[i]) << 8 | (i + 1 < bytes.count ? UInt32(bytes[i + 1]) : 0)
    }
    while sum > 0xffff { sum = (sum & 0xffff) + (sum >> 16) }
    return ~UInt16(sum)
  }

  static func ipv4(
    src: UInt32 = 0x0a00_0001, dst: UInt32 = 0x0a00_0002, proto: UInt8, tos: UInt8 = 0,
    ttl: UInt8 = 64, fragment: UInt16 = 0, options: [UInt8] = [], _ payload: [UInt8]
  ) -> [UInt8] {
    let headerLength = 20 + options.count
    var h: [UInt8] = [0x40 | UInt8(headerLength / 4), tos]
    h += word(UInt16(headerLength + payload.count)) + word(0x1234) + word(fragment)
    h += [ttl, proto, 0, 0] + long(src) + long(dst) + options
    let sum = checksum(h)
    h[10] = UInt8(sum >> 8)
    h[11] = UInt8(sum & 0xff)
    return h + payload
  }

  static func ipv6(
    src: UInt128 = 0x2001_0db8 << 96 | 1, dst: UInt128 = 0x2001_0db8 << 96 | 2, next: UInt8,
    tos: UInt8 = 0, hops: UInt8 = 64, _ payload: [UInt8]
  ) -> [UInt8] {
    long(0x6000_0000 | UInt32(tos) << 20 | 0x12345) + word(UInt16(payload.count)) + [next, hops]
      + bytes(src) + bytes(dst) + payload
  }

  /// What TCP, UDP and ICMPv6 checksums cover beside their own bytes.
  static func pseudo(_ src: UInt32, _ dst: UInt32, _ proto: UInt8, _ length: Int) -> [UInt8] {
    long(src) + long(dst) + [0, proto] + word(UInt16(length))
  }
  static func pseudo(_ src: UInt128, _ dst: UInt128, _ proto: UInt8, _ length: Int) -> [UInt8] {
    bytes(src) + bytes(dst) + long(UInt32(length)) + [0, 0, 0, proto]
  }

  static func tcp(
    _ src: UInt16 = 1000, _ dst: UInt16 = 80, flags: UInt16 = 0x010, pseudo: [UInt8] = [],
    _ payload: [UInt8] = [1, 2, 3]
  ) -> [UInt8] {
    var t = word(src) + word(dst) + long(1) + long(2) + word(0x5000 | flags) + word(512)
    t += word(0) + word(0) + payload
    let sum = checksum(pseudo + t)
    t[16] = UInt8(sum >> 8)
    t[17] = UInt8(sum & 0xff)
    return t
  }

  static func udp(
    _ src: UInt16 = 1000, _ dst: UInt16 = 53, pseudo: [UInt8]? = nil, _ payload: [UInt8] = [7]
  ) -> [UInt8] {
    var u = word(src) + word(dst) + word(UInt16(8 + payload.count)) + word(0) + payload
    if let pseudo {
      let sum = checksum(pseudo + u)
      u[6] = UInt8((sum == 0 ? 0xffff : sum) >> 8)
      u[7] = UInt8((sum == 0 ? 0xffff : sum) & 0xff)
    }
    return u
  }

  static func arp(
    operation: UInt16, sha: EthernetAddress, spa: UInt32, tha: EthernetAddress, tpa: UInt32
  ) -> [UInt8] {
    word(1) + word(0x0800) + [6, 4] + word(operation) + address(sha) + long(spa) + address(tha)
      + long(tpa)
  }
}
