import Fields

/// `output:FIELD[BITS]`: outputs to the port whose number the field holds.
public struct OutputReg: Action, Hashable {
  public let source: Subfield
  /// Bytes of the packet to send, when the port is the controller.
  public let maxLength: UInt16

  /// Whether it came in the form that has room for a longer header.
  private let isExtended: Bool

  public init(_ source: Subfield, maxLength: UInt16 = .max) {
    self.init(source, maxLength: maxLength, isExtended: false)
  }

  private init(_ source: Subfield, maxLength: UInt16, isExtended: Bool) {
    self.source = source
    self.maxLength = maxLength
    self.isExtended = isExtended
  }

  private static let plain = ActionIdentity.nicira(15)
  private static let extended = ActionIdentity.nicira(32)

  public static let places = [
    ActionPlace(plain, .v10 ... .v15, length: 24),
    ActionPlace(extended, .v10 ... .v15, length: 24),
  ]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let packed = try reader.u16()
    guard identity == plain else { return try readExtended(packed, from: &reader, context) }
    let header = try reader.u32()
    let maxLength = try reader.u16()
    guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .badActionArgument }
    return OutputReg(
      try Subfield.read(header: header, packed: packed, context), maxLength: maxLength)
  }

  private static func readExtended(
    _ packed: UInt16, from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> OutputReg {
    let maxLength = try reader.u16()
    let field = try MatchField.read(headerFrom: &reader, context)
    guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .mustBeZero }
    let source = Subfield(field, offset: Int(packed >> 6), bits: Int(packed & 0x3f) + 1)
    return OutputReg(try source.checked(), maxLength: maxLength, isExtended: true)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    source.header == nil || isExtended ? Self.extended : Self.plain
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(source.packed)
    guard identity == Self.plain else {
      let start = writer.count
      writer.u16(maxLength)
      source.field.write(headerTo: &writer, 0)
      return writer.zeros(12 - (writer.count - start))
    }
    writer.u32(source.header ?? 0)
    writer.u16(maxLength)
    writer.zeros(6)
  }

  /// Text says `output`, too.
  public static let keywords = ["output_reg"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    try OutputAction.parse(argument, keyword: keyword, context)
  }

  public func appendText(to text: inout String) {
    text += "output:"
    source.appendText(to: &text)
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.require(source.field)
  }
}
