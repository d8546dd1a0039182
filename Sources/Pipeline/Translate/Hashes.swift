import Fields

// Hashes that decide where packets go, so that a group sends a connection through the same bucket
// that OVS would choose.

extension IntegerHash {
  static func hash64(_ value: UInt64) -> UInt32 { finish(add(0, value), 8) }

  /// The bytes of a value as they stand on the wire, most significant first, in words of four.
  static func hash(_ value: UInt128, byteCount: Int, basis: UInt32) -> UInt32 {
    var hash = basis
    var left = byteCount
    while left > 0 {
      var word: UInt32 = 0
      for index in 0..<min(left, 4) {
        let byte = UInt32(truncatingIfNeeded: value >> UInt128(8 * (left - 1 - index))) & 0xff
        word |= byte << UInt32(8 * index)
      }
      hash = add(hash, word)
      left -= 4
    }
    return finish(hash, UInt32(byteCount))
  }
}

/// A hash that is the same for both directions of a connection.
enum SymmetricHash {
  /// Over Ethernet addresses, VLAN IDs, IP addresses and protocol, and the ports of TCP and SCTP. (UDP's
  /// ports are left out: both directions do not always use the same two.)
  static func l4(_ key: FlowKey, _ innerTags: [VLANTag], basis: UInt32) -> UInt32 {
    var bytes = [UInt8](repeating: 0, count: 29)
    func put(_ value: UInt128, _ count: Int, at offset: Int) {
      for index in 0..<count {
        bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt128(8 * (count - 1 - index)))
      }
    }
    var proto: UInt8 = 0
    if key.ethType == EtherType.ipv4 {
      put(UInt128(key.ipv4Src ^ key.ipv4Dst), 4, at: 0)
      proto = key.ipProto
    } else if key.ethType == EtherType.ipv6 {
      put(key.ipv6Src ^ key.ipv6Dst, 16, at: 0)
      proto = key.ipProto
    }
    put(UInt128(key.ethType), 2, at: 16)
    let tags = innerTags.reduce(key.vlanTCI) { $0 ^ $1.tci }
    put(UInt128(tags & 0xfff), 2, at: 18)
    if proto == IPProtocol.tcp || proto == IPProtocol.sctp {
      put(UInt128(key.tpSrc ^ key.tpDst), 2, at: 20)
    }
    put(UInt128(key.ethSrc.value ^ key.ethDst.value), 6, at: 22)
    bytes[28] = proto
    return JenkinsHash.hash(bytes, size: 32, basis: basis)
  }
}

/// Bob Jenkins's lookup3 (public domain).
enum JenkinsHash {
  /// `size`: so many bytes, zeros behind `bytes`.
  static func hash(_ bytes: [UInt8], size: Int, basis: UInt32) -> UInt32 {
    var a = 0xdead_beef &+ UInt32(truncatingIfNeeded: size) &+ basis
    var (b, c) = (a, a)
    func word(_ offset: Int) -> UInt32 {
      (0..<4).reduce(0) { word, index in
        let place = offset + index
        return word | (place < bytes.count ? UInt32(bytes[place]) << UInt32(8 * index) : 0)
      }
    }
    var offset = 0
    while size - offset >= 12 {
      a &+= word(offset)
      b &+= word(offset + 4)
      c &+= word(offset + 8)
      mix(&a, &b, &c)
      offset += 12
    }
    guard offset < size else { return c }
    a &+= word(offset)
    b &+= word(offset + 4)
    c &+= word(offset + 8)
    finish(&a, &b, &c)
    return c
  }

  private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
    step(&a, c, 4, &c, b)
    step(&b, a, 6, &a, c)
    step(&c, b, 8, &b, a)
    step(&a, c, 16, &c, b)
    step(&b, a, 19, &a, c)
    step(&c, b, 4, &b, a)
  }

  private static func step(
    _ x: inout UInt32, _ y: UInt32, _ rotation: UInt32, _ z: inout UInt32, _ w: UInt32
  ) {
    x &-= y
    x ^= rotated(y, rotation)
    z &+= w
  }

  private static func finish(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
    c = (c ^ b) &- rotated(b, 14)
    a = (a ^ c) &- rotated(c, 11)
    b = (b ^ a) &- rotated(a, 25)
    c = (c ^ b) &- rotated(b, 16)
    a = (a ^ c) &- rotated(c, 4)
    b = (b ^ a) &- rotated(a, 14)
    c = (c ^ b) &- rotated(b, 24)
  }
}

private func rotated(_ value: UInt32, _ bits: UInt32) -> UInt32 {
  value << bits | value >> (32 - bits)
}
