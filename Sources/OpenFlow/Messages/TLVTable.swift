import Fields

/// Maps options of Geneve headers to tun_metadata fields, or takes mappings away (Nicira's
/// NXT_TLV_TABLE_MOD).
public struct TLVTableMod: Message {
  public static let places = [MessagePlace(.nicira(24), .v10 ... .v15)]

  public enum Command: UInt16, Sendable { case add, delete, clear }

  public let command: Command
  public let mappings: [TunnelOptionTable.Entry]

  public init(_ command: Command, _ mappings: [TunnelOptionTable.Entry] = []) {
    self.command = command
    self.mappings = mappings
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard let command = Command(rawValue: try reader.u16()) else { throw .badTLVTableCommand }
    self.command = command
    try reader.skip(6)
    mappings = try TLVMapping.readAll(from: &reader)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u16(command.rawValue)
    writer.zeros(6)
    for mapping in mappings { TLVMapping.write(mapping, to: &writer) }
  }
}

/// Asks for the table.
public struct TLVTableRequest: EmptyMessage {
  public static let places = [MessagePlace(.nicira(25), .v10 ... .v15)]
  public init() {}
}

/// The answer to a `TLVTableRequest`.
public struct TLVTableReply: Message {
  public static let places = [MessagePlace(.nicira(26), .v10 ... .v15)]

  public let mappings: [TunnelOptionTable.Entry]

  public init(_ table: TunnelOptionTable) { mappings = table.entries }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    try reader.skip(16)
    mappings = try TLVMapping.readAll(from: &reader)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(UInt32(TunnelOptionTable.space))
    writer.u16(UInt16(TunnelOptionTable.fieldCount))
    writer.zeros(10)
    for mapping in mappings { TLVMapping.write(mapping, to: &writer) }
  }
}

/// One mapping: class, type and length of the option, number of the field.
private enum TLVMapping {
  static func readAll(
    from reader: inout WireReader
  ) throws(OpenFlowError) -> [TunnelOptionTable.Entry] {
    guard reader.remaining % 8 == 0 else { throw .badLength }
    var mappings: [TunnelOptionTable.Entry] = []
    while !reader.isAtEnd {
      let (optionClass, type) = (try reader.u16(), try reader.u8())
      let (length, index) = (Int(try reader.u8()), Int(try reader.u16()))
      try reader.skip(2)
      guard length % 4 == 0, length <= TunnelOptionTable.maxLength else {
        throw .badTLVOptionLength
      }
      guard index < TunnelOptionTable.fieldCount else { throw .badTLVFieldIndex }
      mappings.append(
        TunnelOptionTable.Entry(
          optionClass: optionClass, type: type, length: length, index: index))
    }
    return mappings
  }

  static func write(_ mapping: TunnelOptionTable.Entry, to writer: inout WireWriter) {
    writer.u16(mapping.optionClass)
    writer.u8(mapping.type)
    writer.u8(UInt8(truncatingIfNeeded: mapping.length))
    writer.u16(UInt16(truncatingIfNeeded: mapping.index))
    writer.zeros(2)
  }
}
