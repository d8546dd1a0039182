import Fields

/// Nicira's extensible match, which OpenFlow 1.2 made its own: a list of entries of a 32-bit header
/// (class, field, has-mask, length), a value and perhaps a mask. A field comes after the fields that
/// its prerequisite speaks of.
extension Match {
  /// What a list of entries says; a flow's cookie may stand among them.
  struct Extensible {
    var match = Match()
    var cookie: UInt64 = 0
    var cookieMask: UInt64 = 0
  }

  private static let cookieHeader = (oxmClass: UInt16(1), field: UInt8(30))

  /// Reads `length` bytes of entries and the padding to a multiple of eight.
  static func readExtensible(
    length: Int, from reader: inout WireReader
  ) throws(OpenFlowError) -> Extensible {
    guard (length + 7) / 8 * 8 <= reader.remaining else { throw .badMatchLength }
    var entries = try reader.sub(length, tooShort: .badMatchLength)
    try reader.skip((8 - length % 8) % 8)
    var result = Extensible()
    while !entries.isAtEnd { try readEntry(from: &entries, into: &result) }
    return result
  }

  private static func readEntry(
    from reader: inout WireReader, into result: inout Extensible
  ) throws(OpenFlowError) {
    let header = try NXMHeader(from: &reader)
    let value = try reader.integer16(header.valueBytes)
    let mask = header.hasMask ? try reader.integer16(header.valueBytes) : nil
    if header.isExactly(cookieHeader.oxmClass, cookieHeader.field, bytes: 8) {
      guard result.cookieMask == 0 else { throw .duplicateMatchField }
      result.cookieMask = UInt64(truncatingIfNeeded: mask ?? UInt128(UInt64.max))
      result.cookie = UInt64(truncatingIfNeeded: value) & result.cookieMask
      return
    }
    guard let field = header.field else { throw .badMatchField }
    try result.match.add(field, value, mask: mask, bytes: header.valueBytes)
  }

  /// Adds the condition that an entry of `bytes` bytes expresses.
  mutating func add(
    _ field: MatchField, _ value: UInt128, mask: UInt128?, bytes: Int
  ) throws(OpenFlowError) {
    let ones: UInt128 = bytes >= 16 ? .max : 1 << UInt128(bytes * 8) - 1
    let given = mask ?? ones
    guard value & ~given == 0 else { throw .badMatchWildcards }
    guard field.maskable == .arbitrary || given == 0 || given == ones else { throw .badMatchMask }
    guard field.acceptsMatch(value) else { throw .badMatchValue }
    guard field.prerequisite.isMet(by: self) else { throw .badMatchPrerequisite }
    guard !mentions(field) else { throw .duplicateMatchField }
    setWire(field, value, mask: given)
  }

  /// Whether the match has a condition on any bit of `field`.
  func mentions(_ field: MatchField) -> Bool { field.condition(in: mask) != 0 }

  private mutating func setWire(_ field: MatchField, _ value: UInt128, mask: UInt128) {
    let value16 = UInt16(truncatingIfNeeded: value)
    switch field {
    case .dlVLAN where mask != 0: setVLAN10(value16)
    case .dlVLANPCP where mask != 0, .vlanPCP where mask != 0:
      setVLANPCP(UInt8(truncatingIfNeeded: value))
    case .vlanVID: setVLANVID12(value16, mask: UInt16(truncatingIfNeeded: mask))
    case .nwTOS: set(field, value, mask: mask & 0xfc)
    case .inPortOXM:
      set(field, UInt128(OpenFlowPort.from32(UInt32(truncatingIfNeeded: value)) ?? 0), mask: mask)
    default: set(field, value, mask: mask & field.allOnes)
    }
  }

  /// Writes the entries; returns how many bytes they take without padding, which is written, too.
  @discardableResult
  func writeExtensible(
    to writer: inout WireWriter, cookie: UInt64 = 0, cookieMask: UInt64 = 0
  ) -> Int {
    let start = writer.count
    for field in MatchFieldCatalog.conditions {
      let mask = field.condition(in: self.mask)
      guard mask != 0, field.prerequisite.isMet(by: self), let header = field.nxm ?? field.oxm
      else { continue }
      let value = field.value(in: self.value) & mask
      let isExact = field.maskable == .none || mask == field.allOnes
      NXMHeader(header, hasMask: !isExact).write(to: &writer)
      writer.integer(value, header.bytes)
      if !isExact { writer.integer(mask, header.bytes) }
    }
    if cookieMask != 0 {
      let isExact = cookieMask == .max
      NXMHeader(
        Self.cookieHeader.oxmClass, Self.cookieHeader.field, valueBytes: 8, hasMask: !isExact
      ).write(to: &writer)
      writer.u64(cookie)
      if !isExact { writer.u64(cookieMask) }
    }
    let length = writer.count - start
    writer.pad8(since: start)
    return length
  }
}

extension WireReader {
  /// An integer of any length, of which the low 16 bytes count (no field is longer).
  fileprivate mutating func integer16(_ count: Int) throws(OpenFlowError) -> UInt128 {
    try skip(max(0, count - 16))
    return try integer(min(count, 16))
  }
}

extension MatchField {
  /// Whether a match may ask for `value` (in the field's width on the wire).
  func acceptsMatch(_ value: UInt128) -> Bool {
    switch self {
    case .inPortOXM: OpenFlowPort.from32(UInt32(truncatingIfNeeded: value)) != nil
    case .nwTOS: value & ~0xfc == 0
    case .vlanVID: value & 0xe000 == 0
    default: value & ~allOnes == 0
    }
  }
}
