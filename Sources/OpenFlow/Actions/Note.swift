/// `note:BYTES`: bytes for the flow's owner; does nothing.
public struct NoteAction: Action, Hashable {
  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public static let places = [ActionPlace(.nicira(8), .v10 ... .v15, lengths: 16...0xfff8)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action { NoteAction(Array(reader.rest())) }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.append(bytes)
    // Never shorter than the shortest note.
    writer.zeros(6 - bytes.count)
  }

  public static let keywords = ["note"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    var digits = argument.utf8.filter { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: " ") }[...]
    guard digits.count <= 2 * 0xf000 else { throw FlowTextError("input too big") }
    var bytes: [UInt8] = []
    while !digits.isEmpty {
      let pair = String(decoding: digits.prefix(2), as: UTF8.self)
      guard pair.utf8.count == 2, let byte = Number.parse("0x" + pair, max: 255) else {
        throw FlowTextError("bad hex digit in `note' argument")
      }
      bytes.append(UInt8(byte))
      digits = digits.dropFirst(2)
    }
    return [NoteAction(bytes)]
  }

  public func appendText(to text: inout String) {
    text += "note:"
    text += bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ".")
  }
}
