import Fields

/// `load:VALUE->FIELD[BITS]`: writes a constant into part of a field. OpenFlow 1.0 has no `set_field`:
/// it is loads, too.
public struct RegLoad: Action, Hashable {
  public let destination: Subfield
  /// Right-aligned, no wider than the destination.
  public let value: UInt128

  public init(_ value: UInt128, into destination: Subfield) {
    self.destination = destination
    self.value = value & destination.allOnes
  }

  public static let places = [ActionPlace(.nicira(7), .v10 ... .v14, length: 24)]

  /// The wire has no room for more bits in one action.
  private static let maxBits = 64

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let packed = try reader.u16()
    let destination = try Subfield.read(header: try reader.u32(), packed: packed)
    try destination.requireWritable()
    let value = UInt128(try reader.u64())
    guard value & ~destination.allOnes == 0 else { throw .badActionArgument }
    return RegLoad(value, into: destination)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    destination.header == nil || destination.bits > Self.maxBits ? nil : Self.places[0].identity
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(destination.packed)
    writer.u32(destination.header ?? 0)
    writer.u64(UInt64(truncatingIfNeeded: value))
  }

  public static let keywords = ["load", "set_field"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let (valueText, name) = try ActionText.splitArrow(argument)
    if keyword == "set_field" { return try parseSetField(valueText, name, context) }
    let destination = try Subfield.parse(name)
    guard let value = Number.parse(valueText, max: .max) else {
      throw FlowTextError("\(argument): cannot parse integer value")
    }
    guard value & ~destination.allOnes == 0 else {
      throw FlowTextError(
        "\(argument): value \(valueText) does not fit into \(destination.bits) bits")
    }
    guard destination.field.writable else {
      throw FlowTextError("\(destination.field.name) is read-only")
    }
    return segments(of: value, destination)
  }

  /// A load for every run of ones in the mask.
  private static func parseSetField(
    _ text: Substring, _ name: Substring, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    guard let field = MatchFieldCatalog.field(named: name) else {
      throw FlowTextError("\(name) is not a valid OXM field name")
    }
    guard field.writable else { throw FlowTextError("\(name) is read-only") }
    let condition = try FieldText.parse(text, for: field, context)
    guard field.acceptsMatch(condition.value) else {
      throw FlowTextError("\(text) is not a valid value for field \(name)")
    }
    var mask = condition.mask & field.allOnes
    var loads: [RegLoad] = []
    while mask != 0 {
      let first = mask.trailingZeroBitCount
      let bits = (~(mask >> UInt128(first))).trailingZeroBitCount
      let part = Subfield(field, offset: first, bits: min(bits, 128 - first))
      loads += segments(of: condition.value >> UInt128(first) & part.allOnes, part)
      mask &= ~part.fieldMask
    }
    return loads
  }

  /// One load for every 64 bits.
  static func segments(of value: UInt128, _ destination: Subfield) -> [RegLoad] {
    stride(from: 0, to: destination.bits, by: maxBits).map { first in
      let bits = min(maxBits, destination.bits - first)
      let part = Subfield(destination.field, offset: destination.offset + first, bits: bits)
      return RegLoad(value >> UInt128(first), into: part)
    }
  }

  public func appendText(to text: inout String) {
    text += "load:" + Number.hex(value) + "->"
    destination.appendText(to: &text)
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.require(destination.field)
    if destination.field == .vlanTCI && destination.bits == 16 {
      packets.packets.set(.vlanTCI, value)
    }
  }
}
