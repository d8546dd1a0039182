import Fields

/// A part of a learned flow: bits of the packet, or constant ones, that become a condition of its
/// match, a load, or the port it outputs to.
public struct LearnSpec: Hashable, Sendable {
  public let source: Source
  public let destination: Destination

  public enum Source: Hashable, Sendable {
    case field(Subfield)
    case constant(UInt128)
  }

  public enum Destination: Hashable, Sendable {
    case match(Subfield)
    case load(Subfield)
    case output
  }

  public init(_ source: Source, _ destination: Destination) {
    self.source = source
    self.destination = destination
  }

  /// How many bits are copied.
  public var bits: Int {
    switch (source, destination) {
    case (.field(let subfield), _), (_, .match(let subfield)), (_, .load(let subfield)):
      subfield.bits
    case (.constant, .output): 0
    }
  }

  // MARK: Wire: a header with two kinds and the number of bits, then source and destination.

  private static let constantBit: UInt16 = 1 << 13
  private static let loadBit: UInt16 = 1 << 11
  private static let outputBit: UInt16 = 2 << 11
  private static let destinationBits: UInt16 = 3 << 11

  init(
    header: UInt16, from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    let bits = Int(header & 0x7ff)
    let isConstant = header & Self.constantBit != 0
    let kind = header & Self.destinationBits
    guard header & 0xc000 == 0, kind != Self.destinationBits,
      kind != Self.outputBit || !isConstant
    else { throw .badActionArgument }
    let sourceLength = isConstant ? (bits + 15) / 16 * 2 : 6
    let length = sourceLength + (kind == Self.outputBit ? 0 : 6)
    guard reader.remaining >= length else { throw .badActionLength }
    if isConstant {
      try reader.skip(max(0, sourceLength - 16))
      let value = try reader.integer(min(sourceLength, 16))
      source = .constant(bits >= 128 ? value : value & (1 << UInt128(bits) - 1))
    } else {
      source = .field(try Self.subfield(bits, from: &reader, context))
    }
    switch kind {
    case 0: destination = .match(try Self.subfield(bits, from: &reader, context))
    case Self.loadBit: destination = .load(try Self.subfield(bits, from: &reader, context))
    default: destination = .output
    }
  }

  private static func subfield(
    _ bits: Int, from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> Subfield {
    let header = try reader.u32()
    return try Subfield.read(header: header, offset: Int(try reader.u16()), bits: bits, context)
  }

  func write(to writer: inout WireWriter) {
    var header = UInt16(truncatingIfNeeded: bits) & 0x7ff
    if case .constant = source { header |= Self.constantBit }
    switch destination {
    case .match: break
    case .load: header |= Self.loadBit
    case .output: header |= Self.outputBit
    }
    writer.u16(header)
    switch source {
    case .field(let subfield): Self.write(subfield, to: &writer)
    case .constant(let value):
      let length = (bits + 15) / 16 * 2
      writer.zeros(length - 16)
      writer.integer(value, min(length, 16))
    }
    switch destination {
    case .match(let subfield), .load(let subfield): Self.write(subfield, to: &writer)
    case .output: break
    }
  }

  private static func write(_ subfield: Subfield, to writer: inout WireWriter) {
    writer.u32(subfield.header ?? 0)
    writer.u16(UInt16(truncatingIfNeeded: subfield.offset))
  }
}
