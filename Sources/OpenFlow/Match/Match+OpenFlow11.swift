import Fields

/// The match of OpenFlow 1.1 and later: a type, a length, and either 1.1's fixed struct of 88 bytes or
/// (1.2 and later) a list of entries.
extension Match {
  private static let standardType: UInt16 = 0
  private static let extensibleType: UInt16 = 1
  private static let standardLength = 88
  private static let noVLAN11: UInt16 = 0xffff
  private static let anyVLAN11: UInt16 = 0xfffe

  private enum Wildcard11 {
    static let inPort: UInt32 = 1 << 0
    static let vlan: UInt32 = 1 << 1
    static let vlanPCP: UInt32 = 1 << 2
    static let ethType: UInt32 = 1 << 3
    static let tos: UInt32 = 1 << 4
    static let ipProto: UInt32 = 1 << 5
    static let tpSrc: UInt32 = 1 << 6
    static let tpDst: UInt32 = 1 << 7
    static let mplsLabel: UInt32 = 1 << 8
    static let mplsTC: UInt32 = 1 << 9
  }

  /// Reads a match of OpenFlow 1.1 or later with its padding.
  static func read(
    from reader: inout WireReader, _ context: WireContext,
    pipelineFieldsOnly: Bool = false, isStrict: Bool = true
  ) throws(OpenFlowError) -> Match {
    guard reader.remaining >= 4 else { throw .badMatchLength }
    let type = try reader.u16()
    let length = Int(try reader.u16())
    switch type {
    case standardType:
      guard length == standardLength, reader.remaining >= length - 4 else { throw .badMatchLength }
      var body = try reader.sub(length - 4, tooShort: .badMatchLength)
      return try readStandard(from: &body)
    case extensibleType:
      guard length >= 4, (length + 7) / 8 * 8 - 4 <= reader.remaining else { throw .badMatchLength }
      var entries = try reader.sub(length - 4, tooShort: .badMatchLength)
      try reader.skip((8 - length % 8) % 8)
      let rules = ExtensibleRules(
        isStrict: isStrict, takesCookie: false, pipelineFieldsOnly: pipelineFieldsOnly)
      return try readEntries(from: &entries, context, rules).match
    default: throw .badMatchType
    }
  }

  /// Writes the match as the version has it; returns its length without padding.
  @discardableResult
  func write(to writer: inout WireWriter, _ context: WireContext) -> Int {
    guard context.version >= .v12 else {
      writeStandard(to: &writer)
      return Self.standardLength
    }
    return writeOXM(to: &writer, context)
  }

  /// Writes a list of entries, also in 1.1: there OVS tells flows so.
  @discardableResult
  func writeOXM(to writer: inout WireWriter, _ context: WireContext) -> Int {
    let start = writer.count
    writer.u16(Self.extensibleType)
    writer.u16(0)
    writeEntries(
      to: &writer, version: context.version.rawValue, options: context.tunnelOptions)
    let length = writer.count - start
    writer.patch16(at: start + 2, length)
    writer.pad8(since: start)
    return length
  }

  // MARK: OpenFlow 1.1's struct

  private static func readStandard(
    from reader: inout WireReader
  ) throws(OpenFlowError) -> Match {
    var match = Match()
    let port = try reader.u32()
    let wildcards = try reader.u32()
    func isSet(_ bit: UInt32) -> Bool { wildcards & bit == 0 }
    if isSet(Wildcard11.inPort) {
      guard MatchField.inPortOXM.acceptsMatch(UInt128(port)) else { throw .badMatchValue }
      match.set(.inPortOXM, UInt128(port))
    }
    try match.readAddress(.ethSrc, bytes: 6, from: &reader)
    try match.readAddress(.ethDst, bytes: 6, from: &reader)
    let (vlan, pcp) = (try reader.u16(), try reader.u8())
    try reader.skip(1)
    if isSet(Wildcard11.vlan) {
      try match.setVLAN11(vlan, pcp: isSet(Wildcard11.vlanPCP) ? pcp : nil)
    }
    let ethType = try reader.u16()
    if isSet(Wildcard11.ethType) { match.set(.ethType, UInt128(ethType)) }
    let (tos, ipProto) = (try reader.u8(), try reader.u8())
    let isIPv4 = match.key.ethType == EtherType.ipv4
    if isIPv4 && isSet(Wildcard11.tos) {
      guard tos & 0x03 == 0 else { throw .badMatchValue }
      match.set(.nwTOS, UInt128(tos), mask: 0xfc)
    }
    if isIPv4 || match.isARP {
      if isSet(Wildcard11.ipProto) { match.set(.ipProto, UInt128(ipProto)) }
      try match.readAddress(.ipv4Src, bytes: 4, from: &reader)
      try match.readAddress(.ipv4Dst, bytes: 4, from: &reader)
    } else {
      try reader.skip(16)
    }
    let (src, dst) = (try reader.u16(), try reader.u16())
    if isIPv4 {
      if isSet(Wildcard11.tpSrc) { try match.setPort11(.tcpSrc, src) }
      if isSet(Wildcard11.tpDst) { try match.setPort11(.tcpDst, dst) }
    }
    let (label, tc) = (try reader.u32(), try reader.u8())
    try reader.skip(3)
    if match.isMPLS {
      if isSet(Wildcard11.mplsLabel) { match.set(.mplsLabel, UInt128(label & 0xfffff)) }
      if isSet(Wildcard11.mplsTC) { match.set(.mplsTC, UInt128(tc & 7)) }
    }
    try match.readAddress(.metadata, bytes: 8, from: &reader)
    return match
  }

  /// A value and a mask whose bits say what does not count.
  private mutating func readAddress(
    _ field: MatchField, bytes: Int, from reader: inout WireReader
  ) throws(OpenFlowError) {
    let value = try reader.integer(bytes)
    let mask = try reader.integer(bytes) ^ field.allOnes
    if mask != 0 { set(field, value, mask: mask) }
  }

  private mutating func setVLAN11(_ vlan: UInt16, pcp: UInt8?) throws(OpenFlowError) {
    switch vlan {
    case Self.noVLAN11: return set(.vlanTCI, 0)
    case Self.anyVLAN11: setVLANVID12(vlanPresent, mask: vlanPresent)
    case 0..<4096: setVLAN10(vlan)
    default: throw .badMatchValue
    }
    guard let pcp else { return }
    guard pcp <= 7 else { throw .badMatchValue }
    setVLANPCP(pcp)
  }

  private mutating func setPort11(_ field: MatchField, _ port: UInt16) throws(OpenFlowError) {
    switch key.ipProto {
    case IPProtocol.icmp:
      guard port <= 0xff else { throw .badMatchField }
      set(field == .tcpSrc ? .icmpType : .icmpCode, UInt128(port))
    case IPProtocol.tcp, IPProtocol.udp, IPProtocol.sctp: set(field, UInt128(port))
    default: return
    }
  }

  private func writeStandard(to writer: inout WireWriter) {
    let (key, has) = (key, keyMask)
    var wildcards: UInt32 = 0
    func wildcard(_ bit: UInt32, unless condition: Bool) { if !condition { wildcards |= bit } }
    let noTag = has.vlanTCI & vlanPresent != 0 && key.vlanTCI & vlanPresent == 0
    wildcard(Wildcard11.inPort, unless: has.inPort != 0)
    wildcard(Wildcard11.vlan, unless: has.vlanTCI != 0)
    wildcard(Wildcard11.vlanPCP, unless: !noTag && has.vlanTCI & 0xe000 != 0)
    wildcard(Wildcard11.ethType, unless: has.ethType != 0)
    wildcard(Wildcard11.tos, unless: has.ipTOS & 0xfc != 0)
    wildcard(Wildcard11.ipProto, unless: has.ipProto != 0)
    wildcard(Wildcard11.tpSrc, unless: has.tpSrc != 0)
    wildcard(Wildcard11.tpDst, unless: has.tpDst != 0)
    wildcard(Wildcard11.mplsLabel, unless: mask(of: .mplsLabel) != 0)
    wildcard(Wildcard11.mplsTC, unless: mask(of: .mplsTC) != 0)

    writer.u16(Self.standardType)
    writer.u16(UInt16(Self.standardLength))
    writer.u32(
      UInt32(truncatingIfNeeded: has.inPort == 0 ? 0 : value(of: .inPortOXM)))
    writer.u32(wildcards)
    writeAddress(.ethSrc, bytes: 6, to: &writer)
    writeAddress(.ethDst, bytes: 6, to: &writer)
    if noTag {
      writer.u16(Self.noVLAN11)
    } else if has.vlanTCI != 0 {
      writer.u16(has.vlanTCI & 0xfff == 0 ? Self.anyVLAN11 : key.vlanTCI & 0xfff)
    } else {
      writer.u16(0)
    }
    writer.u8(UInt8(key.vlanTCI >> 13))
    writer.zeros(1)
    writer.u16(key.ethType)
    writer.u8(key.ipTOS & 0xfc)
    writer.u8(key.ipProto)
    let hasIPv4 = key.ethType != EtherType.ipv6
    writeAddress(.ipv4Src, bytes: 4, to: &writer, unless: !hasIPv4)
    writeAddress(.ipv4Dst, bytes: 4, to: &writer, unless: !hasIPv4)
    writer.u16(key.tpSrc)
    writer.u16(key.tpDst)
    writer.u32(UInt32(truncatingIfNeeded: value(of: .mplsLabel)))
    writer.u8(UInt8(truncatingIfNeeded: value(of: .mplsTC)))
    writer.zeros(3)
    writeAddress(.metadata, bytes: 8, to: &writer)
  }

  private func writeAddress(
    _ field: MatchField, bytes: Int, to writer: inout WireWriter, unless isOther: Bool = false
  ) {
    writer.integer(isOther ? 0 : value(of: field), bytes)
    writer.integer(isOther ? field.allOnes : mask(of: field) ^ field.allOnes, bytes)
  }
}
