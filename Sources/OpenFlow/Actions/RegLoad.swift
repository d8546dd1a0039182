import Fields

/// `load:VALUE->FIELD[BITS]`: writes a constant into part of a field. OpenFlow 1.5 has `set_field` with
/// a mask for it, and so do messages for fields that have an experimenter's name.
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

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let packed = try reader.u16()
    let destination = try Subfield.read(
      header: try reader.u32(), packed: packed, context)
    try destination.requireWritable()
    let value = UInt128(try reader.u64())
    guard value & ~destination.allOnes == 0 else { throw .badActionArgument }
    return RegLoad(value, into: destination)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    destination.header == nil || destination.bits > Self.maxBits ? nil : Self.places[0].identity
  }

  public func substitutes(in context: WireContext) -> [any Action]? {
    let isPlain = destination.header != nil && destination.field.tunnelOption == nil
    if isPlain && context.version < .v15 { return nil }
    return [SetField(part: destination, value, isLoad: context.version < .v15)]
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(destination.packed)
    writer.u32(destination.header ?? 0)
    writer.u64(UInt64(truncatingIfNeeded: value))
  }

  public static let keywords = ["load"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let (valueText, name) = try ActionText.splitArrow(argument)
    let destination = try Subfield.parse(name, context)
    guard let value = Number.parse(valueText, max: .max) else {
      throw FlowTextError("\(argument): cannot parse integer value")
    }
    guard value & ~destination.allOnes == 0 else {
      throw FlowTextError(
        "\(argument): value \(destination.field.text(value)) does not fit into \(destination.bits) bits"
      )
    }
    return segments(of: value, destination)
  }

  /// One load for every 64 bits.
  public static func segments(of value: UInt128, _ destination: Subfield) -> [RegLoad] {
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
    try destination.requireWritable()
    if destination.field == .vlanTCI && destination.bits == 16 {
      packets.packets.set(.vlanTCI, value)
    }
  }
}
