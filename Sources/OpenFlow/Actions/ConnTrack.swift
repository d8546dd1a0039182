import Fields

/// `ct(commit,zone=Z,nat(...),exec(...),table=T,...)`: has the packet's connection tracked. Text:
/// `ConnTrack+Text`.
public struct ConnTrack: Action {
  public var flags: Flags = []
  public var zone = Zone.number(0)
  /// Where the packet goes on when it was tracked; `noTable` for nowhere.
  public var table = noTable
  /// The port of the protocol that a helper shall follow, 0 for none.
  public var helper: UInt16 = 0
  /// What is done with the connection: `nat`, and loads of `ct_mark` and `ct_label`.
  public var actions: [any Action] = []

  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let commit = Flags(rawValue: 1)
    public static let force = Flags(rawValue: 2)
  }

  public enum Zone: Hashable, Sendable {
    case number(UInt16)
    case field(Subfield)
  }

  public static let noTable: UInt8 = 255
  static let ftp: UInt16 = 21
  static let tftp: UInt16 = 69

  public init() {}

  public var nestedActions: [any Action] { actions }

  public func isEqual(to other: any Action) -> Bool {
    guard let other = other as? ConnTrack else { return false }
    return flags == other.flags && zone == other.zone && table == other.table
      && helper == other.helper && ActionList.areEqual(actions, other.actions)
  }

  public static let places = [ActionPlace(.nicira(35), .v10 ... .v15, lengths: 24...0xfff8)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    var track = ConnTrack()
    track.flags = Flags(rawValue: try reader.u16())
    guard !track.flags.contains(.force) || track.flags.contains(.commit) else {
      throw .badActionArgument
    }
    let source = try reader.u32()
    let bits = try reader.u16()
    track.zone = .number(bits)
    if source != 0 {
      let field = try Subfield.read(header: source, packed: bits, context)
      guard field.bits == 16 else { throw .badSetLength }
      track.zone = .field(field)
    }
    track.table = try reader.u8()
    try reader.skip(3)
    track.helper = try reader.u16()
    track.actions = try ActionCodec.readList(
      length: reader.remaining, from: &reader, context)
    try InstructionOrder.check(track.actions, context.version, allowed: [.applyActions])
    try ActionNesting.check(track.actions, inside: .connTrack)
    guard track.flags.contains(.commit) || track.actions.allSatisfy(\.isPlainNAT) else {
      throw .badActionArgument
    }
    return track
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u16(flags.rawValue)
    switch zone {
    case .number(let number):
      writer.u32(0)
      writer.u16(number)
    case .field(let field):
      writer.u32(field.header ?? 0)
      writer.u16(field.packed)
    }
    writer.u8(table)
    writer.zeros(3)
    writer.u16(helper)
    ActionCodec.write(actions, to: &writer, context)
  }

  public static let keywords = ["ct"]

  /// Only IP has connections, and each helper is for one protocol.
  public func check(_ packets: inout ActionCheck) throws(OpenFlowError) {
    let key = packets.packets.key
    guard MatchField.Prerequisite.ipAny.isMet(by: packets.packets),
      helper != Self.ftp || key.ipProto == IPProtocol.tcp,
      helper != Self.tftp || key.ipProto == IPProtocol.udp
    else { throw .matchInconsistent }
    if case .field(let field) = zone { return try packets.require(field.field) }
    var inner = packets
    for action in actions { try action.check(&inner) }
  }
}

extension Action {
  /// Whether it is `nat` without arguments, which needs no new connection.
  fileprivate var isPlainNAT: Bool { (self as? NATAction) == NATAction() }
}
