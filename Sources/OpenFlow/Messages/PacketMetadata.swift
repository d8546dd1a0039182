import Fields

/// Metadata of packets in messages: OXM entries, with or without the header that OpenFlow 1.2 and
/// later put in front of a match.
enum PacketMetadata {
  /// A whole OXM match, with its header and padding; what is unknown in it is left out.
  static func readMatch(
    from reader: inout WireReader, _ context: WireContext, pipelineFieldsOnly: Bool
  ) throws(OpenFlowError) -> Match {
    guard try reader.u16() == 1 else { throw .badMatchType }
    let length = Int(try reader.u16())
    guard length >= 4 else { throw .badMatchLength }
    var entries = try reader.sub(length - 4, tooShort: .badMatchLength)
    try reader.skip((8 - length % 8) % 8)
    let rules = Match.ExtensibleRules(
      isStrict: false, takesCookie: false, pipelineFieldsOnly: pipelineFieldsOnly)
    return try Match.readEntries(from: &entries, context, rules).match
  }

  static func writeMatch(_ match: Match, to writer: inout WireWriter, _ context: WireContext) {
    let start = writer.count
    writer.u16(1)
    writer.u16(0)
    writeEntries(match, to: &writer, context)
    writer.patch16(at: start + 2, writer.count - start)
    writer.pad8(since: start)
  }

  /// Entries up to the end, without padding.
  static func readEntries(
    _ reader: WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> Match {
    var reader = reader
    let rules = Match.ExtensibleRules(takesCookie: false)
    return try Match.readEntries(from: &reader, context, rules).match
  }

  static func writeEntries(_ match: Match, to writer: inout WireWriter, _ context: WireContext) {
    match.writeEntries(
      to: &writer, version: context.version.rawValue, options: context.tunnelOptions)
  }
}
