/// A property: a type, a length (that of the property without its padding) and a value, padded to a
/// multiple of eight bytes. Newer messages and Nicira's extensible actions are lists of them.
struct Property {
  let type: UInt16
  private var value: WireReader

  /// Type and length.
  private static let headerBytes = 4

  /// Reads the next property and its padding. No property of another experimenter is known.
  init(from reader: inout WireReader) throws(OpenFlowError) {
    guard reader.remaining >= Self.headerBytes else { throw .badPropertyLength }
    type = try reader.u16()
    let length = Int(try reader.u16())
    let padded = (length + 7) / 8 * 8
    guard length >= Self.headerBytes, padded - Self.headerBytes <= reader.remaining else {
      throw .badPropertyLength
    }
    value = try reader.sub(length - Self.headerBytes, tooShort: .badPropertyLength)
    try reader.skip(padded - length)
    guard type != 0xffff || value.remaining >= 8 else { throw .badPropertyLength }
  }

  /// What to say of a property that nobody knows.
  var unknown: OpenFlowError { type == 0xffff ? .badPropertyExperimenterType : .badPropertyType }

  /// Reads the next property; nil at the end.
  static func next(from reader: inout WireReader) throws(OpenFlowError) -> Property? {
    reader.isAtEnd ? nil : try Property(from: &reader)
  }

  /// The type, with an experimenter's number and type.
  enum Kind: Hashable {
    case standard(UInt16)
    case experimenter(UInt32, UInt32)
  }

  var kind: Kind {
    var value = value
    guard type == 0xffff, let vendor = try? value.u32(), let subtype = try? value.u32() else {
      return .standard(type)
    }
    return .experimenter(vendor, subtype)
  }

  /// A reader of a value that has `count` bytes.
  func reader(of count: Int) throws(OpenFlowError) -> WireReader {
    guard value.remaining == count else { throw .badPropertyLength }
    return value
  }

  /// 8 and 16 bit values may have more bytes behind them.
  func u8() throws(OpenFlowError) -> UInt8 {
    var value = value
    return try value.u8()
  }

  func u16() throws(OpenFlowError) -> UInt16 {
    var value = value
    return try value.u16()
  }

  func u32() throws(OpenFlowError) -> UInt32 { UInt32(try exactly(4, behind: 0)) }

  /// A 64-bit value stands behind four bytes of padding.
  func u64() throws(OpenFlowError) -> UInt64 { UInt64(try exactly(8, behind: 4)) }

  func u128() throws(OpenFlowError) -> UInt128 { try exactly(16, behind: 0) }

  private func exactly(_ count: Int, behind padding: Int) throws(OpenFlowError) -> UInt128 {
    var value = value
    guard value.remaining == padding + count else { throw .badPropertyLength }
    try value.skip(padding)
    return try value.integer(count)
  }

  /// The value as it is.
  var bytes: [UInt8] {
    var value = value
    return Array(value.rest())
  }

  /// A reader of the value.
  var reader: WireReader { value }

  /// A reader of what is nested in the property, behind four bytes of padding.
  func nested() throws(OpenFlowError) -> WireReader {
    var value = value
    try value.skip(4)
    return value
  }
}

extension WireWriter {
  /// Appends a property whose value `body` writes.
  mutating func property(_ type: UInt16, _ body: (inout WireWriter) -> Void) {
    let start = count
    u16(type)
    u16(0)
    body(&self)
    patch16(at: start + 2, count - start)
    pad8(since: start)
  }

  /// Appends a property of an experimenter's.
  mutating func property(
    _ vendor: UInt32, _ subtype: UInt32, _ body: (inout WireWriter) -> Void
  ) {
    property(0xffff) {
      $0.u32(vendor)
      $0.u32(subtype)
      body(&$0)
    }
  }

  /// 16-bit values are written with two bytes of padding, as the specification has them.
  mutating func property16(_ type: UInt16, _ value: UInt16) {
    property(type) {
      $0.u16(value)
      $0.u16(0)
    }
  }

  mutating func property64(_ type: UInt16, _ value: UInt64) {
    property(type) {
      $0.zeros(4)
      $0.u64(value)
    }
  }

  /// A property whose value is a list of properties or actions.
  mutating func propertyNested(_ type: UInt16, _ body: (inout WireWriter) -> Void) {
    property(type) {
      $0.zeros(4)
      body(&$0)
    }
  }
}
