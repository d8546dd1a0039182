import Fields

/// OpenFlow 1.0's match: a fixed struct of 40 bytes with a word of wildcard bits, in which the two
/// IPv4 addresses have six bits each: how many low bits of the address do not count.
extension Match {
  private enum Wildcard {
    static let inPort: UInt32 = 1 << 0
    static let vlan: UInt32 = 1 << 1
    static let ethSrc: UInt32 = 1 << 2
    static let ethDst: UInt32 = 1 << 3
    static let ethType: UInt32 = 1 << 4
    static let ipProto: UInt32 = 1 << 5
    static let tpSrc: UInt32 = 1 << 6
    static let tpDst: UInt32 = 1 << 7
    static let ipv4SrcShift: UInt32 = 8
    static let ipv4DstShift: UInt32 = 14
    static let vlanPCP: UInt32 = 1 << 20
    static let tos: UInt32 = 1 << 21
  }

  /// Every defined bit of the wildcards.
  static let allWildcards10: UInt32 = 1 << 22 - 1

  /// What the fixed match says, besides the match itself: whether nothing was wildcarded.
  struct Fixed {
    var match = Match()
    var isExact = false
  }

  static func readFixed(from reader: inout WireReader) throws(OpenFlowError) -> Fixed {
    try reader.fixed(40) { readFixed($0) }
  }

  private static func readFixed(_ bytes: FixedBytes) -> Fixed {
    let wildcards = bytes.u32(0) & allWildcards10
    func isSet(_ bit: UInt32) -> Bool { wildcards & bit == 0 }
    var (key, mask) = (FlowKey(), FlowMask())

    key.inPort = bytes.u16(4)
    if isSet(Wildcard.inPort) { mask.inPort = .max }
    key.ethSrc = EthernetAddress(bytes.u48(6))
    if isSet(Wildcard.ethSrc) { mask.ethSrc = .broadcast }
    key.ethDst = EthernetAddress(bytes.u48(12))
    if isSet(Wildcard.ethDst) { mask.ethDst = .broadcast }
    let (vlan, pcp) = (bytes.u16(18), bytes.u8(20))
    (key.vlanTCI, mask.vlanTCI) = tag10(
      isSet(Wildcard.vlan) ? vlan : nil, pcp: isSet(Wildcard.vlanPCP) ? pcp : nil)
    key.ethType = bytes.u16(22)
    if isSet(Wildcard.ethType) { mask.ethType = .max }
    key.ipTOS = bytes.u8(24)
    if isSet(Wildcard.tos) { mask.ipTOS = 0xfc }
    key.ipProto = bytes.u8(25)
    if isSet(Wildcard.ipProto) { mask.ipProto = .max }
    key.ipv4Src = bytes.u32(28)
    key.ipv4Dst = bytes.u32(32)
    // IPv6 addresses lie in the same place of a flow; this match cannot speak of them.
    if mask.ethType == 0 || key.ethType != EtherType.ipv6 {
      mask.ipv4Src = addressMask(wildcards >> Wildcard.ipv4SrcShift)
      mask.ipv4Dst = addressMask(wildcards >> Wildcard.ipv4DstShift)
    }
    key.tpSrc = bytes.u16(36)
    if isSet(Wildcard.tpSrc) { mask.tpSrc = .max }
    key.tpDst = bytes.u16(38)
    if isSet(Wildcard.tpDst) { mask.tpDst = .max }
    var match = Match(key: key, mask: mask)
    match.normalize()
    return Fixed(match: match, isExact: wildcards == 0)
  }

  /// What an ID and a priority, where they are given, ask of the tag.
  private static func tag10(_ vid: UInt16?, pcp: UInt8?) -> (value: UInt16, mask: UInt16) {
    if vid == noVLAN10 { return (0, .max) }
    var (value, mask): (UInt16, UInt16) = (0, 0)
    if let vid {
      value |= vid & 0x0fff | vlanPresent
      mask |= 0x0fff | vlanPresent
    }
    if let pcp {
      value |= UInt16(pcp & 7) << 13 | vlanPresent
      mask |= 0xe000 | vlanPresent
    }
    return (value, mask)
  }

  private static func addressMask(_ wildcardBits: UInt32) -> UInt32 {
    let bits = wildcardBits & 0x3f
    return bits >= 32 ? 0 : UInt32.max << bits
  }

  /// Writes what the struct can express; a mask it cannot express becomes the longest prefix in it.
  func writeFixed(to writer: inout WireWriter) {
    let has = keyMask
    var wildcards: UInt32 = 0
    func wildcard(_ bit: UInt32, unless condition: Bool) { if !condition { wildcards |= bit } }
    let noTag = has.vlanTCI & vlanPresent != 0 && key.vlanTCI & vlanPresent == 0
    wildcard(Wildcard.inPort, unless: has.inPort != 0)
    wildcard(Wildcard.vlan, unless: noTag || has.vlanTCI & 0x0fff != 0)
    wildcard(Wildcard.vlanPCP, unless: noTag || has.vlanTCI & 0xe000 != 0)
    wildcard(Wildcard.ethSrc, unless: has.ethSrc != .zero)
    wildcard(Wildcard.ethDst, unless: has.ethDst != .zero)
    wildcard(Wildcard.ethType, unless: has.ethType != 0)
    wildcard(Wildcard.ipProto, unless: has.ipProto != 0)
    wildcard(Wildcard.tos, unless: has.ipTOS & 0xfc != 0)
    wildcard(Wildcard.tpSrc, unless: has.tpSrc != 0)
    wildcard(Wildcard.tpDst, unless: has.tpDst != 0)
    let isIPv6 = key.ethType == EtherType.ipv6
    wildcards |= Self.wildcardBits(isIPv6 ? 0 : has.ipv4Src) << Wildcard.ipv4SrcShift
    wildcards |= Self.wildcardBits(isIPv6 ? 0 : has.ipv4Dst) << Wildcard.ipv4DstShift

    writer.u32(wildcards)
    writer.u16(key.inPort)
    writer.integer(UInt128(key.ethSrc.value), 6)
    writer.integer(UInt128(key.ethDst.value), 6)
    writer.u16(noTag ? Self.noVLAN10 : key.vlanTCI & 0x0fff)
    writer.u8(UInt8(truncatingIfNeeded: key.vlanTCI >> 13))
    writer.zeros(1)
    writer.u16(key.ethType)
    writer.u8(key.ipTOS & 0xfc)
    writer.u8(key.ipProto)
    writer.zeros(2)
    writer.u32(isIPv6 ? 0 : key.ipv4Src)
    writer.u32(isIPv6 ? 0 : key.ipv4Dst)
    writer.u16(key.tpSrc)
    writer.u16(key.tpDst)
  }

  private static func wildcardBits(_ mask: UInt32) -> UInt32 { UInt32(mask.trailingZeroBitCount) }
}
