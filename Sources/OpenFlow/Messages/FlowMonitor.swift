import Fields

/// What a controller wants to hear of changes to flows. Nicira's extension came first (1.0 to 1.2); the
/// ONF made it an extension of 1.3, and 1.4 its own.
public struct FlowMonitorRequest: Message {
  private static let nicira = MessageIdentity.niciraStatsRequest(2)
  private static let onf = MessageIdentity.onfStatsRequest(1870)
  private static let standard = MessageIdentity.statsRequest(16)

  public static let places = [
    MessagePlace(nicira, .v10 ... .v12), MessagePlace(onf, .v13 ... .v13),
    MessagePlace(standard, .v14 ... .v15),
  ]

  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let initial = Flags(rawValue: 1)
    public static let add = Flags(rawValue: 2)
    public static let remove = Flags(rawValue: 4)
    public static let modify = Flags(rawValue: 8)
    public static let instructions = Flags(rawValue: 16)
    /// Of 1.4; OVS does not act on it.
    public static let noAbbreviation = Flags(rawValue: 32)
    /// The controller's own changes in full.
    public static let own = Flags(rawValue: 64)

    /// One of these must be there.
    static let events: Flags = [.add, .remove, .modify]
    static let known: Flags = [.initial, .add, .remove, .modify, .instructions, .own]
    /// The extensions have `own` where 1.4 has `noAbbreviation`.
    private static let extensionOwn: UInt16 = 32

    init(extensionBits bits: UInt16) {
      var flags = Flags(rawValue: bits & ~Self.extensionOwn)
      // A bit that the extensions don't have must stay unknown.
      if bits & Flags.own.rawValue != 0 { flags = Flags(rawValue: flags.rawValue | 0x8000) }
      if bits & Self.extensionOwn != 0 { flags.insert(.own) }
      self = flags
    }

    var extensionBits: UInt16 {
      let others = subtracting(.own).rawValue
      return contains(.own) ? others | Self.extensionOwn : others
    }
  }

  public enum Command: UInt8, Sendable { case add, modify, delete }

  public struct Monitor: Sendable {
    public var id: UInt32
    public var command = Command.add
    public var flags: Flags = []
    public var outPort = OpenFlowPort.none
    public var outGroup = FlowMod.anyGroup
    /// `FlowMod.anyTable` for all.
    public var table = FlowMod.anyTable
    public var match = Match()

    public init(id: UInt32) { self.id = id }
  }

  public let monitors: [Monitor]

  public init(_ monitors: [Monitor]) { self.monitors = monitors }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var monitors: [Monitor] = []
    while !reader.isAtEnd {
      let monitor: Monitor
      switch identity {
      case Self.nicira: monitor = try Self.readNicira(from: &reader)
      case Self.onf: monitor = try Self.readONF(from: &reader, context)
      default: monitor = try Self.readStandard(from: &reader, context)
      }
      monitors.append(monitor)
    }
    self.monitors = monitors
  }

  private static func readNicira(
    from reader: inout WireReader
  ) throws(OpenFlowError) -> Monitor {
    var monitor = Monitor(id: try reader.u32())
    monitor.flags = try check(Flags(extensionBits: try reader.u16()))
    monitor.outPort = try reader.u16()
    let matchLength = Int(try reader.u16())
    monitor.table = try reader.u8()
    guard try reader.integer(5) == 0 else { throw .mustBeZero }
    monitor.match = try Match.readExtensible(length: matchLength, from: &reader).match
    return monitor
  }

  private static func readONF(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> Monitor {
    var monitor = Monitor(id: try reader.u32())
    monitor.flags = try check(Flags(extensionBits: try reader.u16()))
    try reader.skip(2)
    var port = try reader.sub(4, tooShort: .badLength)
    monitor.table = try reader.u8()
    guard try reader.integer(3) == 0 else { throw .mustBeZero }
    monitor.outPort = try port.port32()
    monitor.match = try Match.read(from: &reader, context)
    return monitor
  }

  private static func readStandard(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> Monitor {
    var monitor = Monitor(id: try reader.u32())
    var port = try reader.sub(4, tooShort: .badLength)
    monitor.outGroup = try reader.u32()
    let flags = Flags(rawValue: try reader.u16())
    monitor.table = try reader.u8()
    guard let command = Command(rawValue: try reader.u8()) else { throw .badFlowMonitorCommand }
    monitor.command = command
    if command != .delete {
      monitor.flags = try check(flags)
      monitor.outPort = try port.port32()
    }
    monitor.match = try Match.read(from: &reader, context)
    return monitor
  }

  private static func check(_ flags: Flags) throws(OpenFlowError) -> Flags {
    guard !flags.isDisjoint(with: .events), flags.isSubset(of: .known) else {
      throw .badFlowMonitorFlags
    }
    return flags
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    for monitor in monitors {
      writer.u32(monitor.id)
      switch identity {
      case Self.nicira: Self.writeNicira(monitor, to: &writer)
      case Self.onf:
        writer.u16(monitor.flags.extensionBits)
        let length = writer.count
        writer.zeros(2)
        writer.port32(monitor.outPort)
        writer.u8(monitor.table)
        writer.zeros(3)
        let start = writer.count
        monitor.match.write(to: &writer, context)
        let matchLength = Int(writer.bytes[start + 2]) << 8 | Int(writer.bytes[start + 3])
        writer.patch16(at: length, matchLength)
      default:
        writer.port32(monitor.outPort)
        writer.u32(monitor.outGroup)
        writer.u16(monitor.flags.rawValue)
        writer.u8(monitor.table)
        writer.u8(monitor.command.rawValue)
        monitor.match.write(to: &writer, context)
      }
    }
  }

  private static func writeNicira(_ monitor: Monitor, to writer: inout WireWriter) {
    writer.u16(monitor.flags.extensionBits)
    writer.u16(monitor.outPort)
    let length = writer.count
    writer.zeros(2)
    writer.u8(monitor.table)
    writer.zeros(5)
    writer.patch16(at: length, monitor.match.writeExtensible(to: &writer))
  }
}
