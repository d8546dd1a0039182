import Fields

/// `check_pkt_larger(N)->FIELD[BIT]`: sets the bit if the packet is longer than `N` bytes, else clears
/// it; for the rest of the list that it stands in.
public struct CheckPacketLarger: Action, Hashable {
  public let length: UInt16
  public let destination: Subfield

  public init(_ length: UInt16, into destination: Subfield) {
    self.length = length
    self.destination = destination
  }

  public static let places = [ActionPlace(.nicira(49), .v10 ... .v15, length: 24)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let length = try reader.u16()
    let offset = Int(try reader.u16())
    let header = try reader.u32()
    guard reader.rest().allSatisfy({ $0 == 0 }) else { throw .mustBeZero }
    let destination = try Subfield.read(header: header, offset: offset, bits: 1, context)
    try destination.requireWritable()
    return CheckPacketLarger(length, into: destination)
  }

  public func identity(in context: WireContext) -> ActionIdentity? {
    destination.header == nil ? nil : Self.places[0].identity
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(length)
    writer.u16(UInt16(truncatingIfNeeded: destination.offset))
    writer.u32(destination.header ?? 0)
    writer.zeros(6)
  }

  public static let keywords = ["check_pkt_larger"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let (value, target) = try ActionText.splitArrow(argument)
    let digits = value.last == ")" ? value.dropLast() : value
    let destination = try Subfield.parse(target)
    guard destination.bits == 1 else {
      throw FlowTextError("Only 1-bit destination field is allowed")
    }
    let length = try ActionText.number(digits, "length", as: UInt16.self)
    return [CheckPacketLarger(length, into: destination)]
  }

  public func appendText(to text: inout String) {
    text += "check_pkt_larger(\(length))->"
    destination.appendText(to: &text)
  }
}
