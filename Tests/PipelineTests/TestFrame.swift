import Fields

/// The bytes of a packet with a given key, with right lengths and checksums.
enum TestFrame {
  static func encode(_ key: FlowKey, innerTags: [UInt16] = [], payload: [UInt8]) -> [UInt8] {
    var tags = innerTags.reversed() + []
    if key.vlanTCI != 0 { tags.insert(key.vlanTCI, at: 0) }
    return word(key.ethDst) + word(key.ethSrc)
      + tags.flatMap { word(UInt16(0x8100)) + word($0 & ~vlanPresent) } + word(key.ethType)
      + network(key, payload)
  }

  private static func network(_ key: FlowKey, _ payload: [UInt8]) -> [UInt8] {
    switch key.ethType {
    case 0x0800:
      return ipv4(key, transport(key, pseudo: word(key.ipv4Src) + word(key.ipv4Dst), payload))
    case 0x86dd:
      return ipv6(key, transport(key, pseudo: word(key.ipv6Src) + word(key.ipv6Dst), payload))
    case 0x0806:
      return word(UInt16(1)) + word(UInt16(0x0800)) + [6, 4, 0, key.ipProto] + word(key.arpSHA)
        + word(key.ipv4Src) + word(key.arpTHA) + word(key.ipv4Dst)
    default: return payload
    }
  }

  private static func ipv4(_ key: FlowKey, _ body: [UInt8]) -> [UInt8] {
    let fragment: [UInt8] = key.ipFrag & 2 != 0 ? [0, 100] : key.ipFrag != 0 ? [0x20, 0] : [0, 0]
    var header = [0x45, key.ipTOS] + word(UInt16(20 + body.count)) + [1, 2] + fragment
    header += [key.ipTTL, key.ipProto, 0, 0] + word(key.ipv4Src) + word(key.ipv4Dst)
    header.replaceSubrange(10..<12, with: word(checksum(header)))
    return header + body
  }

  private static func ipv6(_ key: FlowKey, _ body: [UInt8]) -> [UInt8] {
    var body = body
    if key.ipFrag != 0 {
      let offset: [UInt8] = key.ipFrag & 2 != 0 ? [3, 0x20] : [0, 1]
      body = [key.ipProto, 0] + offset + [0, 0, 0, 9] + body
    }
    return word(0x6000_0000 | UInt32(key.ipTOS) << 20) + word(UInt16(body.count))
      + [key.ipFrag != 0 ? 44 : key.ipProto, key.ipTTL] + word(key.ipv6Src) + word(key.ipv6Dst)
      + body
  }

  private static func transport(_ key: FlowKey, pseudo: [UInt8], _ payload: [UInt8]) -> [UInt8] {
    if key.ipFrag & 2 != 0 { return payload }
    let ports = word(key.tpSrc) + word(key.tpDst)
    var header: [UInt8]
    let at: Int
    switch key.ipProto {
    case 6: (header, at) = (ports + [0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0, 1, 0, 0, 0, 0, 0], 16)
    case 17: (header, at) = (ports + word(UInt16(8 + payload.count)) + [0, 0], 6)
    default: return payload
    }
    let length = UInt16(header.count + payload.count)
    let sum = checksum(pseudo + [0, key.ipProto] + word(length) + header + payload)
    header.replaceSubrange(at..<at + 2, with: word(key.ipProto == 17 && sum == 0 ? 0xffff : sum))
    return header + payload
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for (i, byte) in bytes.enumerated() { sum += UInt32(byte) << (i % 2 == 0 ? 8 : 0) }
    while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
    return ~UInt16(sum)
  }

  private static func word<T: FixedWidthInteger>(_ value: T) -> [UInt8] {
    withUnsafeBytes(of: value.bigEndian, Array.init)
  }
  private static func word(_ address: EthernetAddress) -> [UInt8] {
    Array(word(address.value).dropFirst(2))
  }
}
