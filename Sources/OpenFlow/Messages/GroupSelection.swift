import Fields

/// How a "select" group chooses: Netronome's property of groups, which OpenFlow 1.5 and (as Nicira's
/// extension) 1.0 can carry.
public struct GroupSelection: Hashable, Sendable {
  /// A field that goes into the hash, and the bits of it that do.
  public struct HashField: Hashable, Sendable {
    public let field: MatchField
    public let mask: UInt128

    public init(_ field: MatchField, mask: UInt128? = nil) {
      self.field = field
      self.mask = mask ?? field.allOnes
    }
  }

  /// `hash`, `dp_hash`, or empty: the switch's own choice.
  public var method = ""
  public var parameter: UInt64 = 0
  /// In the catalog's order.
  public var fields: [HashField] = []

  public init() {}

  /// Sorts the fields as the catalog has them.
  mutating func sortFields() {
    let order = Dictionary(
      MatchFieldCatalog.all.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    fields.sort { order[$0.field, default: 0] < order[$1.field, default: 0] }
  }
}

/// The property on the wire: type and length, vendor, subtype, padding, the method's name in 16 bytes,
/// the parameter, and the masks of the fields as match entries without masks.
extension GroupSelection {
  private static let netronome: UInt32 = 0x0000_154d
  /// What OVS 2.4 used by mistake.
  private static let netronomeOld: UInt32 = 0x0000_1540
  private static let subtype: UInt32 = 1
  private static let experimenter: UInt16 = 0xffff
  private static let nameBytes = 16

  /// Reads properties up to the reader's end. `allows` says whether a property of this kind may stand
  /// here, and throws if not.
  static func readProperties(
    from reader: inout WireReader, allows: () throws(OpenFlowError) -> Void
  ) throws(OpenFlowError) -> GroupSelection {
    var selection = GroupSelection()
    while let property = try GroupProperty(from: &reader) {
      guard property.type == experimenter else { throw .badPropertyType }
      var body = property.body
      guard body.remaining >= 8 else { throw .badPropertyLength }
      let vendor = try body.u32()
      guard vendor != 0 else { throw .badPropertyExperimenter }
      guard try body.u32() == subtype, vendor == netronome || vendor == netronomeOld else {
        throw .badPropertyExperimenterType
      }
      try allows()
      selection = try GroupSelection(from: &body)
    }
    return selection
  }

  private init(from body: inout WireReader) throws(OpenFlowError) {
    guard body.remaining >= 4 + Self.nameBytes + 8 else { throw .badPropertyLength }
    try body.skip(4)
    let name = try body.take(Self.nameBytes)
    guard name.contains(0) else { throw .badPropertyValue }
    method = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
    guard method == "hash" || method == "dp_hash" else { throw .badPropertyValue }
    parameter = try body.u64()
    guard body.isAtEnd || method == "hash" else { throw .badPropertyValue }
    while !body.isAtEnd { fields.append(try Self.readField(from: &body)) }
    guard Set(fields.map(\.field)).count == fields.count else { throw .duplicateMatchField }
    sortFields()
  }

  private static func readField(
    from reader: inout WireReader
  ) throws(OpenFlowError) -> HashField {
    let header = try NXMHeader(from: &reader)
    guard !header.hasMask else { throw .badMatchMask }
    guard let field = header.field else { throw .badMatchField }
    try reader.skip(max(0, header.valueBytes - 16))
    let mask = try reader.integer(min(header.valueBytes, 16))
    guard field.maskable == .arbitrary || mask & field.allOnes == field.allOnes else {
      throw .badMatchMask
    }
    return HashField(field, mask: mask & field.allOnes)
  }

  /// Writes the property, if there is anything to say.
  func write(to writer: inout WireWriter, _ context: WireContext) {
    guard !method.isEmpty else { return }
    let start = writer.count
    writer.u16(Self.experimenter)
    writer.u16(0)
    writer.u32(Self.netronome)
    writer.u32(Self.subtype)
    writer.zeros(4)
    writer.text(method, Self.nameBytes)
    writer.u64(parameter)
    for item in fields {
      guard let header = item.field.header(in: context.version.rawValue) else { continue }
      NXMHeader(header, hasMask: false).write(to: &writer)
      // All of a field is all of its place on the wire.
      let mask = item.mask == item.field.allOnes ? .max : item.mask
      writer.zeros(header.bytes - 16)
      writer.integer(mask, min(header.bytes, 16))
    }
    writer.patch16(at: start + 2, writer.count - start)
    writer.pad8(since: start)
  }
}

/// A property of a group or of a bucket: a type, a length without padding, a body.
struct GroupProperty {
  let type: UInt16
  let body: WireReader

  /// Nil at the reader's end.
  init?(from reader: inout WireReader) throws(OpenFlowError) {
    guard !reader.isAtEnd else { return nil }
    guard reader.remaining >= 4 else { throw .badPropertyLength }
    type = try reader.u16()
    let length = Int(try reader.u16())
    let padded = (length + 7) / 8 * 8
    guard length >= 4, padded - 4 <= reader.remaining else { throw .badPropertyLength }
    body = try reader.sub(length - 4, tooShort: .badPropertyLength)
    try reader.skip(padded - length)
  }
}
