import Fields

/// The 32-bit header of an NXM or OXM entry.
struct NXMHeader: Hashable {
  let oxmClass: UInt16
  let number: UInt8
  let hasMask: Bool
  /// Bytes of the value alone.
  let valueBytes: Int

  init(_ oxmClass: UInt16, _ number: UInt8, valueBytes: Int, hasMask: Bool) {
    self.oxmClass = oxmClass
    self.number = number
    self.valueBytes = valueBytes
    self.hasMask = hasMask
  }

  init(_ header: MatchField.Header, hasMask: Bool) {
    self.init(header.oxmClass, header.field, valueBytes: header.bytes, hasMask: hasMask)
  }

  init(from reader: inout WireReader) throws(OpenFlowError) {
    let bits = try reader.u32()
    // A value and its mask have the same length.
    guard bits & 0x101 != 0x101 else { throw .badMatchLength }
    self.init(bits: bits)
  }

  init(bits: UInt32) {
    let length = Int(bits & 0xff)
    let hasMask = bits & 0x100 != 0
    self.init(
      UInt16(bits >> 16), UInt8(bits >> 9 & 0x7f), valueBytes: hasMask ? length / 2 : length,
      hasMask: hasMask)
  }

  var bits: UInt32 {
    let length = UInt32(truncatingIfNeeded: valueBytes * (hasMask ? 2 : 1)) & 0xff
    return UInt32(oxmClass) << 16 | UInt32(number & 0x7f) << 9 | (hasMask ? 0x100 : 0) | length
  }

  func write(to writer: inout WireWriter) { writer.u32(bits) }

  func isExactly(_ oxmClass: UInt16, _ number: UInt8, bytes: Int) -> Bool {
    self.oxmClass == oxmClass && self.number == number && valueBytes == bytes
  }

  /// The field of this header, nil when there is none or its values have another length.
  var field: MatchField? {
    guard let field = MatchFieldCatalog.field(oxmClass: oxmClass, number) else { return nil }
    let lengths = [field.nxm, field.oxm].compactMap { $0 }
      .filter { $0.oxmClass == oxmClass && $0.field == number }.map(\.bytes)
    return lengths.contains(valueBytes) ? field : nil
  }
}
