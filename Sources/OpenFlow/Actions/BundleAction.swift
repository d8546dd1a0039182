import Fields

/// `bundle(FIELDS,BASIS,ALGORITHM,ofport,members:PORTS)` outputs to one of several ports that is up;
/// `bundle_load(...,DST,members:PORTS)` writes that port's number into a field instead.
public struct BundleAction: Action, Hashable {
  public let fields: HashFields
  /// Makes the same packets hash differently.
  public let basis: UInt16
  public let algorithm: Algorithm
  public let members: [UInt16]
  /// Nil to output.
  public let destination: Subfield?

  /// How a port is chosen among those that are up.
  public enum Algorithm: UInt16, CaseIterable, Sendable {
    /// The first one in the list.
    case activeBackup = 0
    /// The one with the highest weight, which is a hash of the packet and of the member.
    case highestRandomWeight

    var name: String {
      switch self {
      case .activeBackup: "active_backup"
      case .highestRandomWeight: "hrw"
      }
    }
  }

  public init(
    _ fields: HashFields, basis: UInt16, _ algorithm: Algorithm, members: [UInt16],
    into destination: Subfield? = nil
  ) {
    self.fields = fields
    self.basis = basis
    self.algorithm = algorithm
    self.members = members
    self.destination = destination
  }

  private static let maxMembers = 2048
  private static let output = ActionIdentity.nicira(12)
  private static let load = ActionIdentity.nicira(13)

  public static let places = [
    ActionPlace(output, .v10 ... .v15, lengths: 32...0xfff8),
    ActionPlace(load, .v10 ... .v15, lengths: 32...0xfff8),
  ]

  public func identity(in context: WireContext) -> ActionIdentity? {
    destination == nil ? Self.output : Self.load
  }

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let algorithm = Algorithm(rawValue: try reader.u16())
    let fields = HashFields(rawValue: try reader.u16())
    let basis = try reader.u16()
    let memberType = try reader.u32()
    let count = Int(try reader.u16())
    let packed = try reader.u16()
    let header = try reader.u32()
    let reserved = try reader.u32()
    let destination =
      identity == load ? try Subfield.read(header: header, packed: packed, context) : nil
    guard let fields, let algorithm, count <= maxMembers, reserved == 0,
      memberType == Subfield(.inPort).header, (destination?.bits ?? 16) >= 16,
      destination != nil || (packed == 0 && header == 0)
    else { throw .badActionArgument }
    guard reader.remaining >= 2 * count else { throw .badActionLength }
    var members: [UInt16] = []
    for _ in 0..<count { members.append(try reader.u16()) }
    try destination?.requireWritable()
    let action = BundleAction(
      fields, basis: basis, algorithm, members: members, into: destination)
    try action.checkMembers()
    return action
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(algorithm.rawValue)
    writer.u16(fields.rawValue)
    writer.u16(basis)
    writer.u32(Subfield(.inPort).header ?? 0)
    writer.u16(UInt16(truncatingIfNeeded: members.count))
    writer.u16(destination?.packed ?? 0)
    writer.u32(destination?.header ?? 0)
    writer.zeros(4)
    for member in members { writer.u16(member) }
  }

  public static let keywords = ["bundle", "bundle_load"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let words = argument.split(whereSeparator: { ", :[]".contains($0) })
    let loads = keyword == "bundle_load"
    // Without its brackets a destination is one word, or two when it has bits.
    let place = argument.split(whereSeparator: { ", ".contains($0) })
    let listIndex = words.firstIndex { ["members", "slaves"].contains($0.lowercased()) }
    guard words.count > (loads ? 5 : 4) else {
      throw FlowTextError("\(argument): not enough arguments to bundle action")
    }
    guard let listIndex else {
      let found = words[loads ? 5 : 4]
      throw FlowTextError(
        "\(argument): missing member delimiter, expected `members', got `\(found)'")
    }
    var members: [UInt16] = []
    for word in words[(listIndex + 1)...].prefix(maxMembers) {
      guard let port = context.port(word) else { throw FlowTextError("\(word): bad port number") }
      members.append(port)
    }
    let fields = try HashFields.parse(words[0], in: argument)
    let name = words[2].lowercased()
    guard let algorithm = Algorithm.allCases.first(where: { $0.name == name }) else {
      throw FlowTextError("\(argument): unknown algorithm `\(words[2])'")
    }
    guard words[3].lowercased() == "ofport" else {
      throw FlowTextError("\(argument): unknown member_type `\(words[3])'")
    }
    return [
      BundleAction(
        fields, basis: UInt16(truncatingIfNeeded: Number.leading(words[1])), algorithm,
        members: members, into: loads ? try Subfield.parse(place[4]) : nil)
    ]
  }

  public func appendText(to text: inout String) {
    text += destination == nil ? "bundle(" : "bundle_load("
    text += "\(fields.name),\(basis),\(algorithm.name),ofport,"
    if let destination {
      destination.appendText(to: &text)
      text += ","
    }
    text += "members:" + members.map(OpenFlowPort.text).joined(separator: ",") + ")"
  }

  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    if let destination {
      try packets.require(destination.field)
      try destination.requireWritable()
    }
    try checkMembers()
  }

  /// A member is a port that can be output to, or none; controllers take no part.
  private func checkMembers() throws(OpenFlowError) {
    for member in members where member != OpenFlowPort.none {
      guard OpenFlowPort.isOutput(member), member != OpenFlowPort.controller else {
        throw .badOutPort
      }
    }
  }
}

extension OpenFlowPort {
  /// Whether packets can be output to `port`: a port that may exist, or a reserved one that stands
  /// for ports.
  static func isOutput(_ port: UInt16) -> Bool { port < max || (inPort...local).contains(port) }
}
