import Fields

/// `push:FIELD[BITS]`: puts a copy of some bits on the packet's stack.
public struct StackPush: Action, Hashable {
  public let source: Subfield

  public init(_ source: Subfield) { self.source = source }

  public static let places = [ActionPlace(.nicira(27), .v10 ... .v15, length: 24)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    StackPush(try Subfield.readStackOperand(from: &reader, context))
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) { source.writeStackOperand(to: &writer) }

  public static let keywords = ["push"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] { [StackPush(try Subfield.parse(argument))] }

  public func appendText(to text: inout String) {
    text += "push:"
    source.appendText(to: &text)
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.require(source.field)
  }
}

extension Subfield {
  /// First bit, field and number of bits, as `push` and `pop` have them.
  static func readStackOperand(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> Subfield {
    let offset = Int(try reader.u16())
    let field = try MatchField.read(headerFrom: &reader, context)
    let subfield = Subfield(field, offset: offset, bits: Int(try reader.u16()))
    guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .mustBeZero }
    return try subfield.checked()
  }

  func writeStackOperand(to writer: inout WireWriter) {
    let start = writer.count
    writer.u16(UInt16(truncatingIfNeeded: offset))
    field.write(headerTo: &writer, 0)
    writer.u16(UInt16(truncatingIfNeeded: bits))
    writer.zeros(14 - (writer.count - start))
  }
}
