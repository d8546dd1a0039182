/// `write_metadata:VALUE[/MASK]`: changes bits of the metadata.
public struct WriteMetadata: Action, Hashable {
  public let value: UInt64
  public let mask: UInt64

  public init(_ value: UInt64, mask: UInt64 = .max) {
    self.value = value
    self.mask = mask
  }

  /// An instruction; OpenFlow 1.0 has it as an action of Nicira's.
  public static let places = [ActionPlace(.nicira(22), .v10 ... .v15, length: 32)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    guard try reader.integer(6) == 0 else { throw .mustBeZero }
    return WriteMetadata(try reader.u64(), mask: try reader.u64())
  }

  public func instruction(in version: OpenFlowVersion) -> Instruction { .writeMetadata }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.zeros(6)
    writer.u64(value)
    writer.u64(mask)
  }

  public static let keywords = ["write_metadata"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let parts = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    func word(_ text: Substring) throws(FlowTextError) -> UInt64 {
      guard let number = Number.parse(text, max: UInt128(UInt64.max)) else {
        throw FlowTextError("\(text): invalid numeric format")
      }
      return UInt64(number)
    }
    let mask = parts.count > 1 ? try word(parts[1]) : .max
    return [WriteMetadata(try word(parts.first ?? ""), mask: mask)]
  }

  public func appendText(to text: inout String) {
    text += "write_metadata:" + Number.hex(value)
    if mask != .max { text += "/" + Number.hex(mask) }
  }
}
