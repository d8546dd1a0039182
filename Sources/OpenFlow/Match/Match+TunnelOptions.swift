import Fields

/// Conditions on options of Geneve headers. An option's value may be long, and a match may ask only
/// whether the option is there.
extension Match {
  /// Adds a condition on the option that `field` stands for. The value is right-aligned in the
  /// option; `mask` nil means all of it.
  mutating func setTunnelOption(_ field: MatchField, _ value: [UInt8], mask: [UInt8]?) {
    guard let index = field.tunnelOption else { return }
    let bit = UInt64(1) << UInt64(index & 63)
    var newValue = self.value
    var newMask = self.mask
    newValue.tunnel.presentOptions |= bit
    newMask.tunnel.presentOptions |= bit
    // What is left out in front of a value is zero; in front of a mask it does not count.
    newMask.setLong(field, Self.align(mask ?? [], field.bytes, fill: mask == nil ? 0xff : 0))
    let mask = mask ?? [UInt8](repeating: 0xff, count: value.count)
    let masked = zip(value, mask).map { $0 & $1 }
    newValue.setLong(field, Self.align(masked, field.bytes, fill: 0))
    self = Match(value: newValue, mask: newMask)
  }

  private static func align(_ bytes: [UInt8], _ count: Int, fill: UInt8) -> [UInt8] {
    [UInt8](repeating: fill, count: max(0, count - bytes.count)) + bytes.suffix(count)
  }

  func writeTunnelOptions(
    to writer: inout WireWriter, _ version: UInt8, _ table: TunnelOptionTable?
  ) {
    guard !isKeyOnly, mask.tunnel.presentOptions != 0 else { return }
    for field in tunnelOptionFields(table) where mentions(field) {
      guard let header = field.header(in: version) else { continue }
      let fieldMask = mask.long(field)
      let isExact = fieldMask.allSatisfy { $0 == 0xff }
      NXMHeader(header, hasMask: !isExact, valueBytes: field.bytes).write(to: &writer)
      writer.append(value.long(field))
      if !isExact { writer.append(fieldMask) }
    }
  }

  /// Takes over all conditions on options.
  mutating func copyTunnelOptions(from other: Match) {
    guard !other.isKeyOnly, other.mask.tunnel.presentOptions != 0 else { return }
    var newValue = value
    var newMask = mask
    newValue.tunnel.presentOptions = other.value.tunnel.presentOptions
    newMask.tunnel.presentOptions = other.mask.tunnel.presentOptions
    newValue.tunnelOptions = other.value.tunnelOptions
    newMask.tunnelOptions = other.mask.tunnelOptions
    self = Match(value: newValue, mask: newMask)
  }

  /// The options that the match may speak of.
  func tunnelOptionFields(_ table: TunnelOptionTable?) -> [MatchField] {
    table?.fields ?? []
  }
}

extension Flow {
  /// All bytes of a field, however long it is.
  func long(_ field: MatchField) -> [UInt8] {
    withUnsafeBytes(of: self) { raw in
      let end = min(field.offset + field.bytes, raw.count)
      return field.offset < end ? Array(raw[field.offset..<end]) : []
    }
  }

  /// Stores all bytes of a field.
  mutating func setLong(_ field: MatchField, _ bytes: [UInt8]) {
    withUnsafeMutableBytes(of: &self) { raw in
      for (index, byte) in bytes.prefix(field.bytes).enumerated()
      where field.offset + index < raw.count {
        raw[field.offset + index] = byte
      }
    }
  }
}
