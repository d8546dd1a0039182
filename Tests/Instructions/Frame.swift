import Fields
import TestSupport

/// Frames of 60 bytes (IPv6: 74) without FCS, of connections that a seeded generator makes up.
/// Destinations are in 10.192.0.0/10 and 2001:db8::/32. Checksums are there, but not right: nobody
/// looks at them, but they have to be kept up.
enum Frame {
  static func udp(_ count: Int, tag: UInt16? = nil) -> [[UInt8]] {
    var random = SplitMix(seed: 1)
    return (0..<count).map { n in
      ipv4(
        source: 0x0a00_0000 | bits(&random), destination: 0x0ac0_0000 | UInt32(n * 7) & 0x3f_ffff,
        proto: 17, station: n, tag: tag, random.next())
    }
  }

  static func twiceTagged(_ count: Int) -> [[UInt8]] {
    udp(count, tag: 6).map { $0.prefix(12) + [0x88, 0xa8, 0, 5] + $0[12...] }
  }

  /// IPv4 and IPv6, UDP and TCP. The first is IPv4, the second IPv6.
  static func mix(_ count: Int) -> [[UInt8]] {
    var random = SplitMix(seed: 4)
    return (0..<count).map { n in
      let choice = n < 2 ? UInt64(n) : random.next()
      let proto: UInt8 = choice & 2 == 0 ? 17 : 6
      return choice & 1 == 1
        ? ipv6(proto: proto, station: n, random.next())
        : ipv4(
          source: 0x0a00_0000 | bits(&random), destination: 0x0ac0_0000 | bits(&random),
          proto: proto, station: n, tag: nil, random.next())
    }
  }

  /// Frames that are cut off or contradict themselves, as those of `scripts/bench.d/packets.py`.
  static let broken: [[UInt8]] = {
    let good4 = udp(1)[0]
    let good6 = mix(2)[1]
    func changed(_ frame: [UInt8], _ changes: [Int: UInt8]) -> [UInt8] {
      changes.reduce(into: frame) { $0[$1.key] = $1.value }
    }
    return [
      Array(good4.prefix(10)), Array(good4.prefix(26)), changed(good4, [14: 0x42]),
      changed(good4, [14: 0x65]), changed(good4, [16: 5, 17: 0xdc]), changed(good4, [17: 0x10]),
      Array(good4.prefix(38)), changed(good4, [23: 6, 46: 0x20]), Array(good6.prefix(40)),
      changed(good6, [18: 0xff, 19: 0xff]), good4.prefix(12) + [0x81, 0, 0, 5],
      good4 + [UInt8](repeating: 0, count: 1700),
    ]
  }()

  static func everyOtherBroken(_ count: Int) -> [[UInt8]] {
    let good = udp(count)
    return (0..<count).map { $0 % 2 == 0 ? good[$0] : broken[$0 / 2 % broken.count] }
  }

  /// From sixteen stations, each with a mask of its own (`Mask.sixteen`).
  static func spread(_ count: Int, seed: UInt64 = 1) -> [[UInt8]] {
    var random = SplitMix(seed: seed)
    return (0..<count).map { _ in
      ipv4(
        source: 0x0a00_0000 | bits(&random), destination: 0x0ac0_0000 | bits(&random), proto: 17,
        station: Int(random.next() % 16), tag: nil, random.next())
    }
  }

  /// A packet of the flow that has these bits of the source address under the mask.
  static func of(mask: FlowMask, value: Int, station: Int) -> [UInt8] {
    var (source, rest) = (UInt32(0), value)
    for bit in 0..<UInt32(32) where mask.ipv4Src & 1 << bit != 0 {
      source |= UInt32(rest & 1) << bit
      rest >>= 1
    }
    return ipv4(source: source, destination: 0, proto: 17, station: station, tag: nil, 0)
  }

  private static func bits(_ random: inout SplitMix) -> UInt32 {
    UInt32(truncatingIfNeeded: random.next()) & 0x3f_ffff
  }

  private static func ipv4(
    source: UInt32, destination: UInt32, proto: UInt8, station: Int, tag: UInt16?, _ salt: UInt64
  ) -> [UInt8] {
    let head = ethernet(station) + (tag.map { [0x81, 0] + $0.bytes } ?? []) + [8, 0]
    let size = 60 + (tag == nil ? 0 : 4)
    let length = UInt16(size - head.count)
    return
      (head + [0x45, 0] + length.bytes + [0, 0, 0, 0, 64, proto, 0x12, 0x34] + source.bytes
      + destination.bytes + transport(proto, length - 20, salt)).padded(to: size)
  }

  private static func ipv6(proto: UInt8, station: Int, _ salt: UInt64) -> [UInt8] {
    let prefix: [UInt8] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0]
    return
      (ethernet(station) + [0x86, 0xdd, 0x60, 0, 0, 0, 0, 20, proto, 64]
      + prefix + salt.bytes + prefix + (~salt).bytes + transport(proto, 20, salt)).padded(to: 74)
  }

  private static func ethernet(_ station: Int) -> [UInt8] {
    [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, UInt8(station % 64)]
  }

  private static func transport(_ proto: UInt8, _ length: UInt16, _ salt: UInt64) -> [UInt8] {
    let ports = UInt32(truncatingIfNeeded: salt).bytes
    return proto == 17
      ? ports + length.bytes + [0x56, 0x78]
      : ports + [0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 2, 0, 0x56, 0x78, 0, 0]
  }
}

extension FixedWidthInteger {
  /// In network order.
  fileprivate var bytes: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

extension [UInt8] {
  fileprivate func padded(to size: Int) -> [UInt8] {
    self + [UInt8](repeating: 0, count: Swift.max(0, size - count))
  }
}
