import Fields

/// `move:SRC[BITS]->DST[BITS]`: copies bits between fields. OpenFlow 1.5 has made it its own as
/// "copy field", which the ONF had as an extension of 1.3 before.
public struct RegMove: Action, Hashable {
  public let source: Subfield
  /// As wide as the source.
  public let destination: Subfield
  /// Came as the extension of OpenFlow 1.3, and goes as such.
  public let isONF: Bool

  public init(_ source: Subfield, to destination: Subfield, isONF: Bool = false) {
    self.source = source
    self.destination = destination
    self.isONF = isONF
  }

  private static let nicira = ActionIdentity.nicira(6)
  private static let standard = ActionIdentity.standard(28)
  private static let onf = ActionIdentity.onf(3200)

  public static let places = [
    ActionPlace(nicira, .v10 ... .v14, lengths: 24...0xfff8),
    ActionPlace(onf, .v13 ... .v13, lengths: 24...0xfff8),
    ActionPlace(standard, .v15 ... .v15, lengths: 16...0xfff8),
  ]

  public static let actionSetSlot: ActionSetSlot? = .setOrMove

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let bits = Int(try reader.u16())
    let sourceOffset = Int(try reader.u16())
    let destinationOffset = Int(try reader.u16())
    if identity != nicira { try reader.skip(2) }
    let from = try MatchField.read(headerFrom: &reader, context)
    let to = try MatchField.read(headerFrom: &reader, context)
    guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .mustBeZero }
    let source = try Subfield(from, offset: sourceOffset, bits: bits).checked()
    let destination = try Subfield(to, offset: destinationOffset, bits: bits).checked()
    try destination.requireWritable()
    return RegMove(source, to: destination, isONF: identity == onf)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    if context.version >= .v15 { return Self.standard }
    return context.version == .v13 && isONF ? Self.onf : Self.nicira
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(UInt16(truncatingIfNeeded: source.bits))
    writer.u16(UInt16(truncatingIfNeeded: source.offset))
    writer.u16(UInt16(truncatingIfNeeded: destination.offset))
    if identity != Self.nicira { writer.zeros(2) }
    let version = identity == Self.nicira ? 0 : context.version.rawValue
    source.field.write(headerTo: &writer, version)
    destination.field.write(headerTo: &writer, version)
  }

  public static let keywords = ["move"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let (from, to) = try ActionText.splitArrow(argument)
    let action = RegMove(
      try Subfield.parse(from, context), to: try Subfield.parse(to, context))
    guard action.source.bits == action.destination.bits else {
      throw FlowTextError(
        "\(argument): source field is \(action.source.bits) bits wide but destination is "
          + "\(action.destination.bits) bits wide")
    }
    return [action]
  }

  public func appendText(to text: inout String) {
    text += "move:"
    source.appendText(to: &text)
    text += "->"
    destination.appendText(to: &text)
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.require(source.field)
    try packets.require(destination.field)
    try destination.requireWritable()
  }
}
