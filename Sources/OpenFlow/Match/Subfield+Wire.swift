import Fields

/// Actions name bits of a field by the field's header and either a 16-bit word that packs the first
/// bit (10 bits) and the number of bits minus one (6 bits), or the first bit and the number apart.
extension Subfield {
  /// The subfield of a field's header; throws what a switch says to one that is none.
  static func read(header: UInt32, offset: Int, bits: Int) throws(OpenFlowError) -> Subfield {
    let header = NXMHeader(bits: header)
    guard !header.hasMask, let field = header.field else { throw .badSetType }
    guard bits > 0, offset + bits <= field.actionBits else { throw .badSetLength }
    return Subfield(field, offset: offset, bits: bits)
  }

  static func read(header: UInt32, packed: UInt16) throws(OpenFlowError) -> Subfield {
    try read(header: header, offset: Int(packed >> 6), bits: Int(packed & 0x3f) + 1)
  }

  /// Nil for a field that has no header.
  var header: UInt32? {
    (field.nxm ?? field.oxm).map { NXMHeader($0, hasMask: false).bits }
  }

  var packed: UInt16 { UInt16(truncatingIfNeeded: offset << 6 | (bits - 1) & 0x3f) }

  /// The field must be one that actions may change.
  func requireWritable() throws(OpenFlowError) {
    guard field.writable else { throw .badSetArgument }
  }
}
