/// `multipath(FIELDS,BASIS,ALGORITHM,N,ARG,DST)`: hashes the packet, and writes a number below N that
/// follows from the hash into a field.
public struct Multipath: Action, Hashable {
  public let fields: HashFields
  /// Makes the same packets hash differently.
  public let basis: UInt16
  public let algorithm: Algorithm
  /// How many links there are, minus one.
  public let maxLink: UInt16
  /// For algorithms that take one.
  public let argument: UInt32
  public let destination: Subfield

  /// How a link is chosen by a hash.
  public enum Algorithm: UInt16, CaseIterable, Sendable {
    case moduloN = 0
    case hashThreshold, highestRandomWeight, iterativeHash

    var name: String {
      switch self {
      case .moduloN: "modulo_n"
      case .hashThreshold: "hash_threshold"
      case .highestRandomWeight: "hrw"
      case .iterativeHash: "iter_hash"
      }
    }
  }

  public init(
    _ fields: HashFields, basis: UInt16, _ algorithm: Algorithm, maxLink: UInt16,
    argument: UInt32, into destination: Subfield
  ) {
    self.fields = fields
    self.basis = basis
    self.algorithm = algorithm
    self.maxLink = maxLink
    self.argument = argument
    self.destination = destination
  }

  public static let places = [ActionPlace(.nicira(10), .v10 ... .v15, length: 32)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let fields = HashFields(rawValue: try reader.u16())
    let basis = try reader.u16()
    try reader.skip(2)
    let algorithm = Algorithm(rawValue: try reader.u16())
    let maxLink = try reader.u16()
    let argument = try reader.u32()
    try reader.skip(2)
    let packed = try reader.u16()
    let destination = try Subfield.read(header: try reader.u32(), packed: packed, context)
    guard let fields, let algorithm, destination.holds(maxLink) else { throw .badActionArgument }
    try destination.requireWritable()
    return Multipath(
      fields, basis: basis, algorithm, maxLink: maxLink, argument: argument, into: destination)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(fields.rawValue)
    writer.u16(basis)
    writer.zeros(2)
    writer.u16(algorithm.rawValue)
    writer.u16(maxLink)
    writer.u32(argument)
    writer.zeros(2)
    writer.u16(destination.packed)
    writer.u32(destination.header ?? 0)
  }

  public static let keywords = ["multipath"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let words = argument.split(whereSeparator: { ", ".contains($0) })
    guard words.count >= 6 else {
      throw FlowTextError("\(argument): not enough arguments to multipath action")
    }
    let fields = try HashFields.parse(words[0], in: argument)
    let name = words[2].lowercased()
    guard let algorithm = Algorithm.allCases.first(where: { $0.name == name }) else {
      throw FlowTextError("\(argument): unknown algorithm `\(words[2])'")
    }
    let links = Number.leading(words[3])
    guard (1...65536).contains(links) else {
      throw FlowTextError("\(argument): n_links \(links) is not in valid range 1 to 65536")
    }
    let destination = try Subfield.parse(words[5])
    let maxLink = UInt16(links - 1)
    guard destination.holds(maxLink) else {
      throw FlowTextError(
        "\(argument): \(destination.bits)-bit destination field has \(1 << destination.bits) "
          + "possible values, less than specified n_links \(links)")
    }
    return [
      Multipath(
        fields, basis: UInt16(truncatingIfNeeded: Number.leading(words[1])), algorithm,
        maxLink: maxLink, argument: UInt32(truncatingIfNeeded: Number.leading(words[4])),
        into: destination)
    ]
  }

  public func appendText(to text: inout String) {
    text += "multipath(\(fields.name),\(basis),\(algorithm.name),\(Int(maxLink) + 1),\(argument),"
    destination.appendText(to: &text)
    text += ")"
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    try packets.require(destination.field)
    try destination.requireWritable()
  }
}

extension Subfield {
  /// Whether every number up to `value` fits.
  fileprivate func holds(_ value: UInt16) -> Bool { UInt128(value) & ~allOnes == 0 }
}
