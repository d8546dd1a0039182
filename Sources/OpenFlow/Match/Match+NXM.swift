import Fields

/// Reading Nicira's extensible match, which OpenFlow 1.2 made its own: a list of entries of a header,
/// a value and perhaps a mask. A field comes after the fields that its prerequisite speaks of.
extension Match {
  /// What a list of entries says; a flow's cookie may stand among them.
  struct Extensible {
    var match = Match()
    var cookie: UInt64 = 0
    var cookieMask: UInt64 = 0
  }

  /// How a list is to be read.
  struct ExtensibleRules {
    /// Unknown fields are errors, and so is a field without its prerequisites.
    var isStrict = true
    /// Nicira's messages may have a cookie among the fields.
    var takesCookie = true
    /// Only fields that are no part of the packet.
    var pipelineFieldsOnly = false
  }

  private static let cookieHeader = (oxmClass: UInt16(1), field: UInt8(30))

  /// Reads `length` bytes of entries and the padding to a multiple of eight.
  static func readExtensible(
    length: Int, from reader: inout WireReader, _ context: WireContext = WireContext(),
    _ rules: ExtensibleRules = ExtensibleRules()
  ) throws(OpenFlowError) -> Extensible {
    guard length >= 0, (length + 7) / 8 * 8 <= reader.remaining else { throw .badMatchLength }
    var entries = try reader.sub(length, tooShort: .badMatchLength)
    try reader.skip((8 - length % 8) % 8)
    return try readEntries(from: &entries, context, rules)
  }

  /// Reads entries up to the end.
  static func readEntries(
    from reader: inout WireReader, _ context: WireContext = WireContext(),
    _ rules: ExtensibleRules = ExtensibleRules()
  ) throws(OpenFlowError) -> Extensible {
    var result = Extensible()
    while !reader.isAtEnd {
      if !rules.pipelineFieldsOnly,
        result.match.readKeyField(from: &reader, isStrict: rules.isStrict)
      {
        continue
      }
      try readEntry(from: &reader, into: &result, context, rules)
    }
    return result
  }

  private static func readEntry(
    from reader: inout WireReader, into result: inout Extensible, _ context: WireContext,
    _ rules: ExtensibleRules
  ) throws(OpenFlowError) {
    let header = try NXMHeader(from: &reader)
    let field = header.field
    if let field, field.tunnelOption == nil {
      return try readCondition(header, on: field, from: &reader, into: &result, rules)
    }
    let mapped = try field.map { field throws(OpenFlowError) in try context.mapped(field) }
    guard reader.remaining >= header.payloadBytes else { throw .badMatchLength }
    var payload = try reader.sub(header.payloadBytes, tooShort: .badMatchLength)
    let value = try payload.take(header.valueBytes)
    let mask = header.hasMask ? try payload.take(header.valueBytes) : nil
    if let mask, zip(value, mask).contains(where: { $0 & ~$1 != 0 }) { throw .badMatchWildcards }

    if let mapped {
      try result.match.addTunnelOption(mapped, Array(value), mask: mask.map(Array.init))
    } else if rules.takesCookie && header.isExactly(cookieHeader.0, cookieHeader.1, bytes: 8) {
      guard result.cookieMask == 0 else { throw .duplicateMatchField }
      result.cookieMask = UInt64(integer(mask ?? [255, 255, 255, 255, 255, 255, 255, 255][...]))
      result.cookie = UInt64(integer(value)) & result.cookieMask
    } else if rules.isStrict {
      throw .badMatchField
    }
  }

  /// The value and perhaps the mask of a field that is no tunnel's option: 16 bytes at most.
  @inline(__always)
  private static func readCondition(
    _ header: NXMHeader, on field: MatchField, from reader: inout WireReader,
    into result: inout Extensible, _ rules: ExtensibleRules
  ) throws(OpenFlowError) {
    guard reader.remaining >= header.payloadBytes else { throw .badMatchLength }
    let value = try reader.integer(header.valueBytes)
    var mask: UInt128?
    if header.hasMask {
      let given = try reader.integer(header.valueBytes)
      guard value & ~given == 0 else { throw .badMatchWildcards }
      mask = given
    }
    // A mask that is not as long as the value.
    try reader.skip(header.payloadBytes - header.valueBytes * (header.hasMask ? 2 : 1))
    try result.match.add(field, value, mask: mask, bytes: header.valueBytes, rules)
  }

  /// The last 16 bytes as a number.
  static func integer(_ bytes: some Collection<UInt8>) -> UInt128 {
    bytes.suffix(16).reduce(0) { $0 << 8 | UInt128($1) }
  }

  private mutating func addTunnelOption(
    _ field: MatchField, _ value: [UInt8], mask: [UInt8]?
  ) throws(OpenFlowError) {
    if mentions(field) { throw .duplicateMatchField }
    setTunnelOption(field, value, mask: mask)
  }

  /// Adds the condition that an entry of `bytes` bytes expresses.
  mutating func add(
    _ field: MatchField, _ value: UInt128, mask: UInt128?, bytes: Int,
    _ rules: ExtensibleRules = ExtensibleRules()
  ) throws(OpenFlowError) {
    let ones = MatchField.ones(bytes)
    let given = mask ?? ones
    guard field.maskable == .arbitrary || given == 0 || given == ones else { throw .badMatchMask }
    guard field.acceptsMatch(value) else { throw .badMatchValue }
    if rules.isStrict && !field.prerequisite.isMet(by: self) { throw .badMatchPrerequisite }
    guard !mentions(field) else { throw .duplicateMatchField }
    if rules.pipelineFieldsOnly && !field.isPipelineField { throw .pipelineFieldsOnly }
    setWire(field, value, mask: given)
  }

  /// Whether the match has a condition on any bit of `field`.
  public func mentions(_ field: MatchField) -> Bool {
    if let index = field.tunnelOption {
      return !isKeyOnly && mask.tunnel.presentOptions & 1 << UInt64(index & 63) != 0
    }
    return field.condition(in: self) != 0
  }

  /// Adds a condition in terms of the field's value as messages and texts have it.
  mutating func setWire(_ field: MatchField, _ value: UInt128, mask: UInt128) {
    let value16 = UInt16(truncatingIfNeeded: value)
    switch field {
    case .dlVLAN where mask != 0: setVLAN10(value16)
    case .dlVLANPCP where mask != 0, .vlanPCP where mask != 0:
      setVLANPCP(UInt8(truncatingIfNeeded: value))
    case .vlanVID: setVLANVID12(value16, mask: UInt16(truncatingIfNeeded: mask))
    case .nwTOS: set(field, value, mask: mask & 0xfc)
    case .packetType:
      // Ethernet goes without saying.
      if value != UInt128(PacketType.ethernet) { set(field, value, mask: mask) }
    case .ctState: set(field, value, mask: mask & UInt128(ConnectionState.all))
    default: set(field, value, mask: mask & field.allOnes)
    }
  }
}

extension MatchField {
  /// Whether a match may ask for `value` (in the field's width on the wire).
  func acceptsMatch(_ value: UInt128) -> Bool {
    switch self {
    case .inPortOXM, .actsetOutput: value < UInt128(OpenFlowPort.max) || value >= 0xffff_ff00
    case .nwTOS: value & ~0xfc == 0
    case .vlanVID: value & 0xe000 == 0
    case .ctState: value & ~UInt128(ConnectionState.all) == 0
    case .nshTTL: value <= 63
    case .nshMDType: value == 1 || value == 2
    // OVS takes more bits than these have.
    case .tunnelERSPANIndex, .tunnelERSPANVersion, .tunnelERSPANDirection,
      .tunnelERSPANHardwareID:
      true
    default: value & ~allOnes == 0
    }
  }

  /// Whether the field is no part of a packet's headers, so that controllers may set it for packets
  /// that they send.
  var isPipelineField: Bool {
    if tunnelOption != nil || (prerequisite == .none && Self.isTunnelField(self)) { return true }
    switch self {
    case .metadata, .inPort, .inPortOXM, .packetType: return true
    default:
      return offset >= Flow.Offset.registers && offset < Flow.Offset.metadata
    }
  }

  private static func isTunnelField(_ field: MatchField) -> Bool {
    field != .tunnelTTL && field != .tunnelTOS
      && (field == .tunnelID
        || (field.offset >= Flow.Offset.tunnel && field.offset < Flow.byteCount))
  }
}
