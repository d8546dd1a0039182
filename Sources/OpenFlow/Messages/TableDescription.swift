/// Asks how tables are configured.
public struct TableDescriptionRequest: EmptyMessage {
  public static let places = [MessagePlace(.statsRequest(14), .v14 ... .v15)]
  public init() {}
}

/// How a table is configured: what a table-mod of OpenFlow 1.4 can change.
public struct TableDescription: Hashable, Sendable {
  public var table: UInt8
  public var evicts = false
  /// What the table goes by when it evicts.
  public var evictionFlags: UInt32?
  /// Nil when it tells nothing of its room.
  public var vacancy: TableMod.Vacancy?

  public init(table: UInt8) { self.table = table }

  init(from reader: inout WireReader) throws(OpenFlowError) {
    let length = Int(try reader.u16())
    var entry = try reader.sub(length - 2, tooShort: .badLength)
    table = try entry.u8()
    try entry.skip(1)
    evicts = try entry.u32() & TableMod.Bits.eviction != 0
    while let property = try Property.next(from: &entry) {
      switch property.kind {
      case .standard(TableMod.PropertyType.eviction):
        var body = try property.reader(of: 4)
        evictionFlags = try body.u32()
      case .standard(TableMod.PropertyType.vacancy):
        var body = try property.reader(of: 4)
        vacancy = TableMod.Vacancy(
          down: try body.u8(), up: try body.u8(), current: try body.u8())
      default: continue
      }
    }
  }

  func write(to writer: inout WireWriter) {
    let start = writer.count
    writer.u16(0)
    writer.u8(table)
    writer.zeros(1)
    writer.u32(TableMod.config(evicts: evicts, tellsVacancy: vacancy != nil))
    if let evictionFlags {
      writer.property(TableMod.PropertyType.eviction) { $0.u32(evictionFlags) }
    }
    vacancy?.write(to: &writer)
    writer.patch16(at: start, writer.count - start)
  }
}

/// How tables are configured.
public struct TableDescriptionReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(14), .v14 ... .v15)]

  public let entries: [TableDescription]

  public init(entries: [TableDescription]) { self.entries = entries }

  public init(entries: [TableDescription], as identity: MessageIdentity) {
    self.init(entries: entries)
  }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> TableDescription { try TableDescription(from: &reader) }

  public static func write(
    _ entry: TableDescription, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) { entry.write(to: &writer) }
}

/// Tells that a table has little room left, or room again (1.4 and later).
public struct TableStatus: Message {
  public static let places = [MessagePlace(.type(31), .v14 ... .v15)]

  public enum Reason: UInt8, Sendable {
    case vacancyDown = 3
    case vacancyUp = 4
  }

  public let reason: Reason
  public let table: TableDescription

  public init(_ reason: Reason, _ table: TableDescription) {
    self.reason = reason
    self.table = table
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard let reason = Reason(rawValue: try reader.u8()) else { throw .badPropertyValue }
    self.reason = reason
    try reader.skip(7)
    table = try TableDescription(from: &reader)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u8(reason.rawValue)
    writer.zeros(7)
    table.write(to: &writer)
  }
}
