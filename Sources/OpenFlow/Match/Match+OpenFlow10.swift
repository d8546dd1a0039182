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
    let wildcards = try reader.u32() & allWildcards10
    var fixed = Fixed()
    fixed.isExact = wildcards == 0
    func isSet(_ bit: UInt32) -> Bool { wildcards & bit == 0 }

    let inPort = try reader.u16()
    if isSet(Wildcard.inPort) { fixed.match.set(.inPort, UInt128(inPort)) }
    let ethSrc = try reader.integer(6)
    if isSet(Wildcard.ethSrc) { fixed.match.set(.ethSrc, ethSrc) }
    let ethDst = try reader.integer(6)
    if isSet(Wildcard.ethDst) { fixed.match.set(.ethDst, ethDst) }
    let vlan = try reader.u16()
    let pcp = try reader.u8()
    try reader.skip(1)
    let noTag = isSet(Wildcard.vlan) && vlan == noVLAN10
    if isSet(Wildcard.vlan) { fixed.match.setVLAN10(vlan) }
    if isSet(Wildcard.vlanPCP) && !noTag { fixed.match.setVLANPCP(pcp) }
    let ethType = try reader.u16()
    if isSet(Wildcard.ethType) { fixed.match.set(.ethType, UInt128(ethType)) }
    let tos = try reader.u8()
    if isSet(Wildcard.tos) { fixed.match.set(.nwTOS, UInt128(tos), mask: 0xfc) }
    let ipProto = try reader.u8()
    if isSet(Wildcard.ipProto) { fixed.match.set(.ipProto, UInt128(ipProto)) }
    try reader.skip(2)
    let src = try reader.u32()
    let dst = try reader.u32()
    // IPv6 addresses lie in the same place of a flow; this match cannot speak of them.
    if fixed.match.value.key.ethType != EtherType.ipv6 {
      let srcMask = addressMask(wildcards >> Wildcard.ipv4SrcShift)
      fixed.match.set(.ipv4Src, UInt128(src), mask: srcMask)
      let dstMask = addressMask(wildcards >> Wildcard.ipv4DstShift)
      fixed.match.set(.ipv4Dst, UInt128(dst), mask: dstMask)
    }
    let srcPort = try reader.u16()
    if isSet(Wildcard.tpSrc) { fixed.match.set(.tcpSrc, UInt128(srcPort)) }
    let dstPort = try reader.u16()
    if isSet(Wildcard.tpDst) { fixed.match.set(.tcpDst, UInt128(dstPort)) }
    fixed.match.normalize()
    return fixed
  }

  private static func addressMask(_ wildcardBits: UInt32) -> UInt128 {
    let bits = wildcardBits & 0x3f
    return bits >= 32 ? 0 : UInt128(UInt32.max << bits)
  }

  /// Writes what the struct can express; a mask it cannot express becomes the longest prefix in it.
  func writeFixed(to writer: inout WireWriter) {
    let key = value.key
    let has = mask.key
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
