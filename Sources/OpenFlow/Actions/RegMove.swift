/// `move:SRC[BITS]->DST[BITS]`: copies bits between fields.
public struct RegMove: Action, Hashable {
  public let source: Subfield
  /// As wide as the source.
  public let destination: Subfield

  public init(_ source: Subfield, to destination: Subfield) {
    self.source = source
    self.destination = destination
  }

  public static let places = [ActionPlace(.nicira(6), .v10 ... .v14, length: 24)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let bits = Int(try reader.u16())
    let sourceOffset = Int(try reader.u16())
    let destinationOffset = Int(try reader.u16())
    let source = try Subfield.read(header: try reader.u32(), offset: sourceOffset, bits: bits)
    let destination = try Subfield.read(
      header: try reader.u32(), offset: destinationOffset, bits: bits)
    try destination.requireWritable()
    return RegMove(source, to: destination)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    source.header == nil || destination.header == nil ? nil : Self.places[0].identity
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(UInt16(truncatingIfNeeded: source.bits))
    writer.u16(UInt16(truncatingIfNeeded: source.offset))
    writer.u16(UInt16(truncatingIfNeeded: destination.offset))
    writer.u32(source.header ?? 0)
    writer.u32(destination.header ?? 0)
  }

  public static let keywords = ["move"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let (from, to) = try ActionText.splitArrow(argument)
    let action = RegMove(try Subfield.parse(from), to: try Subfield.parse(to))
    guard action.source.bits == action.destination.bits else {
      throw FlowTextError(
        "\(argument): source field is \(action.source.bits) bits wide but destination is "
          + "\(action.destination.bits) bits wide")
    }
    guard action.destination.field.writable else {
      throw FlowTextError("\(action.destination.field.name) is read-only")
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
  }
}
