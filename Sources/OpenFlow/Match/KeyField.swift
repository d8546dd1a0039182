import Fields

/// A field of a match as nearly all entries have it: whole bytes of the flow key, with a value that means
/// the same there as on the wire. Such an entry is read by copying it.
///
/// What is special about some fields, and all that is wrong with an entry, is left to the long way
/// (`Match+NXM`), which knows every field and every error.
struct KeyField {
  let offset: Int
  let bytes: Int
  let isMaskable: Bool
  let prerequisite: MatchField.Prerequisite

  private static let classes: [UInt16] = [0x8000, 0, 1]

  /// By class and number.
  private static let all: [KeyField?] = classes.flatMap { oxmClass in
    (UInt8(0)..<128).map { KeyField(MatchFieldCatalog.named(oxmClass: oxmClass, $0)) }
  }

  /// The field with the upper 23 bits of a header.
  @inline(__always)
  static func named(_ header: UInt32) -> KeyField? {
    let number = Int(header >> 9 & 0x7f)
    switch UInt16(truncatingIfNeeded: header >> 16) {
    case 0x8000: return all[number]
    case 0: return all[128 + number]
    case 1: return all[256 + number]
    default: return nil
    }
  }

  /// Nil for fields that are not of this kind.
  private init?(_ named: MatchFieldCatalog.Named?) {
    guard let named, named.field.isInKey, named.field.tunnelOption == nil,
      named.field.shift == 0, named.field.bits == named.field.bytes * 8,
      named.bytes == named.field.bytes, named.field.bytes <= 16,
      !Self.special.contains(named.field)
    else { return nil }
    offset = named.field.offset
    bytes = named.field.bytes
    isMaskable = named.field.maskable == .arbitrary
    prerequisite = named.field.prerequisite
  }

  /// Those that `setWire` and `acceptsMatch` treat in their own way.
  private static let special: [MatchField] = [
    .inPort, .inPortOXM, .dlVLAN, .dlVLANPCP, .vlanPCP, .vlanVID, .nwTOS, .ipDSCP, .ipECN,
  ]
}

extension Match {
  /// Reads the next entry if it is of such a field and nothing is wrong with it. Otherwise says false, and
  /// nothing has happened.
  mutating func readKeyField(from reader: inout WireReader, isStrict: Bool) -> Bool {
    guard let header = reader.peek32(), let field = KeyField.named(header) else { return false }
    let hasMask = header & 0x100 != 0
    let length = Int(header & 0xff)
    guard length == field.bytes * (hasMask ? 2 : 1), !hasMask || field.isMaskable,
      !isStrict || field.prerequisite.isMet(by: self)
    else { return false }
    return reader.readIfPresent(4 + length) { raw in
      let value = UnsafeRawBufferPointer(rebasing: raw[4..<4 + field.bytes])
      let mask = hasMask ? UnsafeRawBufferPointer(rebasing: raw[(4 + field.bytes)...]) : nil
      return setKeyBytes(at: field.offset, value, mask: mask)
    }
  }
}
