import Fields

/// Writing lists of entries, in the order in which OVS writes them.
extension Match {
  /// Writes the entries and padding to a multiple of eight; returns how many bytes they take without
  /// padding. `version` decides which names fields have: 0 for Nicira's extension of OpenFlow 1.0.
  @discardableResult
  func writeExtensible(
    to writer: inout WireWriter, cookie: UInt64 = 0, cookieMask: UInt64 = 0, version: UInt8 = 0,
    options: TunnelOptionTable? = nil
  ) -> Int {
    let start = writer.count
    writeEntries(to: &writer, version: version, options: options)
    if cookieMask != 0 {
      let isExact = cookieMask == .max
      NXMHeader(1, 30, valueBytes: 8, hasMask: !isExact).write(to: &writer)
      writer.u64(cookie & cookieMask)
      if !isExact { writer.u64(cookieMask) }
    }
    let length = writer.count - start
    writer.pad8(since: start)
    return length
  }

  /// Writes the entries, and nothing else.
  func writeEntries(
    to writer: inout WireWriter, version: UInt8, options: TunnelOptionTable? = nil
  ) {
    let isOXM = version != 0
    let entries = EntryWriter(match: self, version: version)
    entries.put([.packetType, .dpHash, .recircID, .conjID], to: &writer)
    entries.put([isOXM ? .inPortOXM : .inPort, .actsetOutput], to: &writer)
    entries.put([.ethSrc, .ethDst, .ethType], to: &writer)
    if isOXM { entries.putTag(to: &writer) } else { entries.put([.vlanTCI], to: &writer) }
    entries.put([.mplsTC, .mplsBOS, .mplsTTL, .mplsLabel], to: &writer)
    entries.put(isIP ? [.ipv4Src, .ipv4Dst, .ipv6Src, .ipv6Dst, .ipFrag] : [], to: &writer)
    entries.put([isOXM ? .ipDSCP : .nwTOS, .ipECN, .ipTTL, .ipv6Label, .ipProto], to: &writer)
    entries.put(Self.transportFields, to: &writer)
    entries.put([.arpOp, .arpSPA, .arpTPA, .arpSHA, .arpTHA], to: &writer)
    entries.put(Self.tunnelFields, to: &writer)
    writeTunnelOptions(to: &writer, version, options)
    entries.put(Self.lateTunnelFields, to: &writer)
    entries.put(Self.nshFields, to: &writer)
    let hasDoubles = version >= OpenFlowVersion.v15.rawValue
    entries.put(hasDoubles ? MatchField.doubleRegisters : MatchField.registers, to: &writer)
    entries.put(Self.connectionFields, to: &writer)
    // OVS knows ports only of a known protocol.
    if value(of: .ctNWProto) != 0 {
      entries.put([.ctNWProto, .ctTPSrc, .ctTPDst], to: &writer)
    }
    entries.put([.metadata], to: &writer)
  }

  private static let transportFields: [MatchField] = [
    .tcpSrc, .tcpDst, .tcpFlags, .udpSrc, .udpDst, .sctpSrc, .sctpDst, .icmpType, .icmpCode,
    .icmpv6Type, .icmpv6Code, .ndReserved, .ndTarget, .ndOptionsType, .ndSLL, .ndTLL,
  ]
  private static let tunnelFields: [MatchField] = [
    .tunnelID, .tunnelFlags, .tunnelSrc, .tunnelDst, .tunnelIPv6Src, .tunnelIPv6Dst, .tunnelGBPID,
    .tunnelGBPFlags,
  ]
  private static let lateTunnelFields: [MatchField] = [
    .tunnelERSPANIndex, .tunnelERSPANVersion, .tunnelERSPANDirection, .tunnelERSPANHardwareID,
    .tunnelGTPUFlags, .tunnelGTPUMessageType,
  ]
  private static let nshFields: [MatchField] =
    [.nshFlags, .nshTTL, .nshMDType, .nshNP, .nshSPI, .nshSI] + MatchField.nshContext
  private static let connectionFields: [MatchField] = [
    .pktMark, .ctState, .ctZone, .ctMark, .ctLabel, .ctNWSrc, .ctIPv6Src, .ctNWDst, .ctIPv6Dst,
  ]

  /// Writes single entries of one match.
  private struct EntryWriter {
    let match: Match
    let version: UInt8

    /// Those of `fields` that the match speaks of.
    func put(_ fields: [MatchField], to writer: inout WireWriter) {
      for field in fields {
        let mask = field.condition(in: match)
        guard mask != 0, field.prerequisite.isMet(by: match) else { continue }
        put(field, match.value(of: field) & mask, mask: mask, to: &writer)
      }
    }

    private func put(
      _ field: MatchField, _ value: UInt128, mask: UInt128, to writer: inout WireWriter
    ) {
      guard let header = field.header(in: version) else { return }
      let isExact = field.maskable == .none || (mask == field.allOnes && !field.isAlwaysMasked)
      NXMHeader(header, hasMask: !isExact).write(to: &writer)
      writer.integer(value, header.bytes)
      if !isExact { writer.integer(mask, header.bytes) }
    }

    /// ID and priority of the VLAN tag, apart.
    func putTag(to writer: inout WireWriter) {
      let (value, mask) = (match.key.vlanTCI, match.keyMask.vlanTCI)
      guard mask != 0, match.isEthernet, let id = MatchField.vlanVID.header(in: version),
        let priority = MatchField.vlanPCP.header(in: version)
      else { return }
      let idMask = mask & 0x1fff
      if idMask != 0 {
        NXMHeader(id, hasMask: idMask != 0x1fff).write(to: &writer)
        writer.u16(value & idMask)
        if idMask != 0x1fff { writer.u16(idMask) }
      }
      if value & 0x1fff != 0 && mask & 0xe000 != 0 {
        NXMHeader(priority, hasMask: false).write(to: &writer)
        writer.u8(UInt8(value >> 13))
      }
    }
  }
}

extension MatchField {
  /// Fields with more bits on the wire than there are flags.
  var isAlwaysMasked: Bool { self == .tunnelFlags || self == .ctState }
}
