/// `note:BYTES`: bytes for the flow's owner; does nothing.
public struct NoteAction: Action, Hashable {
  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  public func appendText(to text: inout String) {
    text += "note:" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ".")
  }
}
