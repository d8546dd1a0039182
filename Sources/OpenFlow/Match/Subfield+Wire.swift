import Fields

/// Actions name bits of a field by the field's header and either a 16-bit word that packs the first
/// bit (10 bits) and the number of bits minus one (6 bits), or the first bit and the number apart.
extension Subfield {
  /// The subfield of a field's header; throws what a switch says to one that is none. Options of
  /// tunnels are those of the bridge's table.
  static func read(
    header: UInt32, offset: Int, bits: Int, _ context: WireContext
  ) throws(OpenFlowError) -> Subfield {
    let header = NXMHeader(bits: header)
    guard !header.hasMask, let field = header.field else { throw .badSetType }
    return try Subfield(try context.mapped(field), offset: offset, bits: bits).checked()
  }

  static func read(
    header: UInt32, packed: UInt16, _ context: WireContext
  ) throws(OpenFlowError) -> Subfield {
    try read(header: header, offset: Int(packed >> 6), bits: Int(packed & 0x3f) + 1, context)
  }

  /// The same when it lies within its field.
  func checked() throws(OpenFlowError) -> Subfield {
    guard bits > 0, offset >= 0, offset + bits <= field.actionBits else { throw .badSetLength }
    return self
  }

  /// Nil for a field that has no header, or one of an experimenter.
  var header: UInt32? {
    field.header(in: 0).flatMap { header in
      let bytes = field.tunnelOption == nil ? nil : field.bytes
      return header.isExperimenter
        ? nil : NXMHeader(header, hasMask: false, valueBytes: bytes).bits
    }
  }

  var packed: UInt16 { UInt16(truncatingIfNeeded: offset << 6 | (bits - 1) & 0x3f) }

  /// The field must be one that actions may change.
  func requireWritable() throws(OpenFlowError) {
    guard field.writable else { throw .badSetArgument }
  }
}

extension SetField {
  /// Sets a part of a field.
  init(part: Subfield, _ value: UInt128, isLoad: Bool) {
    let length = part.field.tunnelOption == nil ? part.field.wireBytes : part.field.bytes
    var bytes = [UInt8](repeating: 0, count: length)
    var mask = bytes
    for bit in 0..<min(part.bits, 8 * length - part.offset) {
      let (byte, shift) = (length - 1 - (part.offset + bit) / 8, UInt8((part.offset + bit) % 8))
      mask[byte] |= 1 << shift
      if bit < 128 && value >> UInt128(bit) & 1 != 0 { bytes[byte] |= 1 << shift }
    }
    self.init(part.field, value: bytes, mask: mask, isLoad: isLoad)
  }
}
