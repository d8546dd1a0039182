import Fields

/// What happened to flows that somebody monitors.
public struct FlowMonitorReply: EntryReply {
  private static let nicira = MessageIdentity.niciraStatsReply(2)
  private static let onf = MessageIdentity.onfStatsReply(1870)
  private static let standard = MessageIdentity.statsReply(16)

  public static let places = [
    MessagePlace(nicira, .v10 ... .v12), MessagePlace(onf, .v13 ... .v13),
    MessagePlace(standard, .v14 ... .v15),
  ]

  /// With 1.4's numbers.
  public enum Event: UInt16, Sendable {
    case initial, added, removed, modified
    /// The change that the request of number `xid` made.
    case abbreviated
    case paused, resumed

    /// The extensions do not tell a flow that was there from one that came.
    fileprivate init?(extensionNumber: UInt16) {
      switch extensionNumber {
      case 0: self = .added
      case 1: self = .removed
      case 2: self = .modified
      case 3: self = .abbreviated
      default: return nil
      }
    }

    fileprivate var extensionNumber: UInt16 {
      switch self {
      case .initial, .added: 0
      case .removed: 1
      case .modified: 2
      case .abbreviated, .paused, .resumed: 3
      }
    }
  }

  public struct Update: Sendable {
    public var event: Event
    /// Of an abbreviated update, which has nothing else.
    public var xid: UInt32 = 0
    /// Why a flow was removed, with OpenFlow's numbers.
    public var reason: UInt8 = 0
    public var priority = FlowMod.defaultPriority
    public var idleTimeout: UInt16 = 0
    public var hardTimeout: UInt16 = 0
    public var table: UInt8 = 0
    public var cookie: UInt64 = 0
    public var match = Match()
    public var actions: [any Action] = []

    public init(_ event: Event) { self.event = event }
  }

  public let entries: [Update]

  public init(entries: [Update]) { self.entries = entries }

  public init(entries: [Update], as identity: MessageIdentity) { self.init(entries: entries) }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Update {
    let length = Int(try reader.u16())
    let number = try reader.u16()
    let event =
      identity == standard ? Event(rawValue: number) : Event(extensionNumber: number)
    guard length >= 8, length % 8 == 0 else { throw .badLength }
    var body = try reader.sub(length - 4, tooShort: .badLength)
    guard let event else { throw .badFlowMonitorEvent }
    var update = Update(event)
    switch event {
    case .abbreviated: update.xid = try body.u32()
    case .paused, .resumed: try body.skip(4)
    default: try update.read(from: &body, as: identity, context)
    }
    guard body.isAtEnd else { throw .badLength }
    return update
  }

  public static func write(
    _ update: Update, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    let start = writer.count
    writer.u16(0)
    writer.u16(identity == standard ? update.event.rawValue : update.event.extensionNumber)
    switch update.event {
    case .abbreviated: writer.u32(update.xid)
    case .paused, .resumed: writer.zeros(4)
    default: update.write(to: &writer, as: identity, context)
    }
    writer.patch16(at: start, writer.count - start)
  }
}

extension FlowMonitorReply.Update {
  private static let nicira = MessageIdentity.niciraStatsReply(2)
  private static let standard = MessageIdentity.statsReply(16)

  fileprivate mutating func read(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var matchLength = 0
    if identity == Self.standard {
      table = try reader.u8()
      reason = try reader.u8()
      idleTimeout = try reader.u16()
      hardTimeout = try reader.u16()
      priority = try reader.u16()
      try reader.skip(4)
    } else {
      reason = UInt8(truncatingIfNeeded: try reader.u16())
      priority = try reader.u16()
      idleTimeout = try reader.u16()
      hardTimeout = try reader.u16()
      matchLength = Int(try reader.u16())
      table = try reader.u8()
      try reader.skip(1)
    }
    cookie = try reader.u64()
    if identity == Self.nicira {
      match = try Match.readExtensible(length: matchLength, from: &reader).match
      actions = try ActionCodec.read(length: reader.remaining, from: &reader, context)
    } else {
      match = try Match.read(from: &reader, context)
      actions = try InstructionCodec.read(length: reader.remaining, from: &reader, context)
    }
  }

  fileprivate func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    var matchLength = 0
    if identity == Self.standard {
      writer.u8(table)
      writer.u8(reason)
      writer.u16(idleTimeout)
      writer.u16(hardTimeout)
      writer.u16(priority)
      writer.zeros(4)
    } else {
      writer.u16(UInt16(reason))
      writer.u16(priority)
      writer.u16(idleTimeout)
      writer.u16(hardTimeout)
      matchLength = writer.count
      writer.u16(0)
      writer.u8(table)
      writer.zeros(1)
    }
    writer.u64(cookie)
    if identity == Self.nicira {
      writer.patch16(at: matchLength, match.writeExtensible(to: &writer))
      ActionCodec.write(actions, to: &writer, context)
    } else {
      let start = writer.count
      match.write(to: &writer, context)
      // The length that stands in the match itself: without padding.
      let length = Int(writer.bytes[start + 2]) << 8 | Int(writer.bytes[start + 3])
      if matchLength > 0 { writer.patch16(at: matchLength, length) }
      InstructionCodec.write(actions, to: &writer, context)
    }
  }
}
