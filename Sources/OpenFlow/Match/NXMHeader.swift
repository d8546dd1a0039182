import Fields

/// The header of an NXM or OXM entry: 32 bits, and an experimenter's number behind them where the
/// class says so (the header's length then includes the number).
struct NXMHeader: Hashable {
  let oxmClass: UInt16
  let number: UInt8
  let experimenter: UInt32
  let hasMask: Bool
  /// Bytes of the value alone.
  let valueBytes: Int
  /// Bytes that follow: the value and perhaps a mask.
  let payloadBytes: Int

  init(
    _ oxmClass: UInt16, _ number: UInt8, experimenter: UInt32 = 0, valueBytes: Int, hasMask: Bool,
    payloadBytes: Int? = nil
  ) {
    self.oxmClass = oxmClass
    self.number = number
    self.experimenter = experimenter
    self.valueBytes = valueBytes
    self.hasMask = hasMask
    self.payloadBytes = payloadBytes ?? valueBytes * (hasMask ? 2 : 1)
  }

  /// The header of a field's value; fields of variable length say how long theirs is.
  init(_ header: MatchField.Header, hasMask: Bool, valueBytes: Int? = nil) {
    self.init(
      header.oxmClass, header.field, experimenter: header.experimenter,
      valueBytes: valueBytes ?? header.bytes, hasMask: hasMask)
  }

  /// Reads a header of either size. What is too short blames the match, also in an action.
  init(from reader: inout WireReader) throws(OpenFlowError) {
    guard reader.remaining >= 4 else { throw .badMatchLength }
    let bits = try reader.u32()
    var experimenter: UInt32 = 0
    if UInt16(bits >> 16) == MatchFieldHeader.experimenterClass {
      guard reader.remaining >= 4, bits & 0xff >= 4 else { throw .badMatchLength }
      experimenter = try reader.u32()
    }
    self.init(bits: bits, experimenter: experimenter)
  }

  /// A header of 32 bits; those of experimenters are of no field then.
  init(bits: UInt32, experimenter: UInt32 = 0) {
    let isExperimenter = UInt16(bits >> 16) == MatchFieldHeader.experimenterClass
    let length = max(0, Int(bits & 0xff) - (isExperimenter ? 4 : 0))
    let hasMask = bits & 0x100 != 0
    self.init(
      UInt16(bits >> 16), UInt8(bits >> 9 & 0x7f), experimenter: experimenter,
      valueBytes: hasMask ? length / 2 : length, hasMask: hasMask, payloadBytes: length)
  }

  private var isExperimenter: Bool { oxmClass == MatchFieldHeader.experimenterClass }

  /// The first 32 bits.
  var bits: UInt32 {
    let payload = payloadBytes + (isExperimenter ? 4 : 0)
    return UInt32(oxmClass) << 16 | UInt32(number & 0x7f) << 9 | (hasMask ? 0x100 : 0)
      | UInt32(truncatingIfNeeded: payload) & 0xff
  }

  func write(to writer: inout WireWriter) {
    writer.u32(bits)
    if isExperimenter { writer.u32(experimenter) }
  }

  func isExactly(_ oxmClass: UInt16, _ number: UInt8, bytes: Int) -> Bool {
    self.oxmClass == oxmClass && self.number == number && valueBytes == bytes
  }

  /// The field of this class and number, whatever its length.
  private var candidate: MatchFieldCatalog.Named? {
    MatchFieldCatalog.named(oxmClass: oxmClass, number, experimenter: experimenter)
  }

  /// The field of this header, nil when there is none or its values have another length.
  var field: MatchField? {
    guard let named = candidate else { return nil }
    return named.field.tunnelOption != nil || named.bytes == valueBytes ? named.field : nil
  }

  /// Whether there is such a field, but of another length.
  var hasWrongLength: Bool { field == nil && candidate != nil && valueBytes > 0 }
}

extension MatchField {
  /// Reads the header of a field in an action: `.badMatchField` when it is unknown, `.badMatchMask`
  /// when it has a mask. Options of tunnels are those of the bridge's table.
  static func read(
    headerFrom reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> MatchField {
    let header = try NXMHeader(from: &reader)
    guard let field = header.field else { throw .badMatchField }
    let mapped = try context.mapped(field)
    guard !header.hasMask else { throw .badMatchMask }
    return mapped
  }

  /// Writes the header; `version` 0 prefers Nicira's.
  func write(headerTo writer: inout WireWriter, _ version: UInt8) {
    guard let header = header(in: version) else { return writer.u32(0) }
    let length = tunnelOption == nil ? nil : bytes
    NXMHeader(header, hasMask: false, valueBytes: length).write(to: &writer)
  }
}

extension WireContext {
  /// The field as the bridge has it: a tunnel option that its table does not have is an error.
  /// Without a table (who has no bridge) fields are taken as they are.
  func mapped(_ field: MatchField) throws(OpenFlowError) -> MatchField {
    guard let index = field.tunnelOption, let table = tunnelOptions else { return field }
    guard let mapped = table.field(index) else { throw .invalidTLVField }
    return mapped
  }
}
