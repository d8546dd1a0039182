/// `output:FIELD[BITS]`: outputs to the port whose number the field holds.
public struct OutputReg: Action, Hashable {
  public let source: Subfield
  /// Bytes of the packet to send, when the port is the controller.
  public let maxLength: UInt16

  public init(_ source: Subfield, maxLength: UInt16 = .max) {
    self.source = source
    self.maxLength = maxLength
  }

  public static let places = [ActionPlace(.nicira(15), .v10 ... .v15, length: 24)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let packed = try reader.u16()
    let header = try reader.u32()
    let maxLength = try reader.u16()
    guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .badActionArgument }
    return OutputReg(try Subfield.read(header: header, packed: packed), maxLength: maxLength)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    source.header == nil ? nil : Self.places[0].identity
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(source.packed)
    writer.u32(source.header ?? 0)
    writer.u16(maxLength)
    writer.zeros(6)
  }

  /// Text says `output`, too.
  public static let keywords: [String] = []

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    [OutputReg(try Subfield.parse(argument))]
  }

  public func appendText(to text: inout String) {
    text += "output:"
    source.appendText(to: &text)
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.require(source.field)
  }
}
