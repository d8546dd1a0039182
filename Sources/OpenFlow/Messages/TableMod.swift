/// Changes how a table behaves: what becomes of packets without a flow (1.1 and 1.2), whether it makes
/// room for new flows, and whether it tells of the room it has (1.4 and later).
public struct TableMod: Message {
  public static let places = [
    MessagePlace(.type(17), .v11 ... .v13, body: .exactly(8)),
    MessagePlace(.type(17), .v14 ... .v15, body: .atLeast(8, unit: 8)),
  ]

  /// What becomes of a packet that no flow of the table takes.
  public enum Miss: UInt32, Sendable {
    /// Up to 1.2 it goes to the controllers, from 1.3 on nowhere.
    case byVersion
    case toController, toNextTable, drop

    /// The number on the wire.
    var bits: UInt32 {
      switch self {
      case .byVersion, .toController: 0
      case .toNextTable: 1
      case .drop: 2
      }
    }

    init(bits: UInt32) {
      switch bits & 3 {
      case 1: self = .toNextTable
      case 2: self = .drop
      default: self = .toController
      }
    }
  }

  /// Percentages of a table's room; `current` is only told.
  public struct Vacancy: Hashable, Sendable {
    public var down: UInt8
    public var up: UInt8
    public var current: UInt8

    public init(down: UInt8, up: UInt8, current: UInt8 = 0) {
      self.down = down
      self.up = up
      self.current = current
    }
  }

  enum Bits {
    static let eviction: UInt32 = 1 << 2
    static let vacancyEvents: UInt32 = 1 << 3
  }

  enum PropertyType {
    static let eviction: UInt16 = 2
    static let vacancy: UInt16 = 3
  }

  /// What OVS goes by when it makes room: importance, the time left and more. There is no
  /// other choice.
  public static let evictionFlags: UInt32 = 7

  /// `FlowMod.anyTable` for all.
  public var table: UInt8
  public var miss = Miss.byVersion
  /// Nil: not asked.
  public var evicts: Bool?
  public var evictionFlags: UInt32?
  /// Nil: not asked.
  public var tellsVacancy: Bool?
  public var vacancy = Vacancy(down: 0, up: 0)

  public init(table: UInt8) { self.table = table }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    table = try reader.u8()
    try reader.skip(3)
    let config = try reader.u32()
    if context.version <= .v12 { miss = Miss(bits: config) }
    guard context.version >= .v14 else { return }
    evicts = config & Bits.eviction != 0
    tellsVacancy = config & Bits.vacancyEvents != 0
    while let property = try Property.next(from: &reader) {
      switch property.kind {
      case .standard(PropertyType.eviction):
        var body = try property.reader(of: 4)
        evictionFlags = try body.u32()
      case .standard(PropertyType.vacancy):
        var body = try property.reader(of: 4)
        vacancy = try Self.readThresholds(from: &body)
      default: throw .badType
      }
    }
  }

  private static func readThresholds(
    from body: inout WireReader
  ) throws(OpenFlowError) -> Vacancy {
    let vacancy = Vacancy(down: try body.u8(), up: try body.u8(), current: try body.u8())
    guard vacancy.down <= vacancy.up, vacancy.up <= 100, vacancy.current == 0 else {
      throw .badPropertyValue
    }
    return vacancy
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u8(table)
    writer.zeros(3)
    guard context.version >= .v14 else {
      return writer.u32(context.version <= .v12 ? miss.bits : 0)
    }
    writer.u32(Self.config(evicts: evicts ?? false, tellsVacancy: tellsVacancy ?? false))
    if let evictionFlags {
      writer.property(PropertyType.eviction) { $0.u32(evictionFlags) }
    }
    if tellsVacancy == true { vacancy.write(to: &writer) }
  }

  static func config(evicts: Bool, tellsVacancy: Bool) -> UInt32 {
    (evicts ? Bits.eviction : 0) | (tellsVacancy ? Bits.vacancyEvents : 0)
  }
}

extension TableMod.Vacancy {
  func write(to writer: inout WireWriter) {
    writer.property(TableMod.PropertyType.vacancy) { writer in
      writer.u8(down)
      writer.u8(up)
      writer.u8(current)
      writer.zeros(1)
    }
  }
}
