import Fields

/// A flow and its statistics, as a reply tells them.
public struct FlowStats: Sendable {
  public var table: UInt8 = 0
  public var match = Match()
  public var priority = FlowMod.defaultPriority
  public var cookie: UInt64 = 0
  /// Time since the flow was added, in nanoseconds.
  public var duration: UInt64 = 0
  public var idleTimeout: UInt16 = 0
  public var hardTimeout: UInt16 = 0
  /// Seconds since the last packet and since the last change; nil when not told. (On the wire of
  /// Nicira's form: one more than that, 0 for nil. 1.5 tells the first, other forms none.)
  public var idleAge: UInt16?
  public var hardAge: UInt16?
  public var packetCount: UInt64 = 0
  public var byteCount: UInt64 = 0
  /// Told by 1.3 and later.
  public var flags: FlowMod.Flags = []
  /// Told by 1.4 and later.
  public var importance: UInt16 = 0
  public var actions: [any Action] = []

  public init() {}

  /// How an entry is laid out.
  enum Form {
    /// OpenFlow 1.0.
    case fixed
    /// Nicira's extension of it.
    case nicira
    /// 1.1 to 1.4.
    case standard
    /// 1.5.
    case description
  }

  /// Reads what follows the entry's length.
  init(
    from reader: inout WireReader, _ form: Form, _ context: WireContext
  ) throws(OpenFlowError) {
    switch form {
    case .fixed, .nicira: try readOld(from: &reader, isExtended: form == .nicira, context)
    case .standard: try readStandard(from: &reader, context)
    case .description: try readDescription(from: &reader, context)
    }
    actions = try InstructionCodec.read(length: reader.remaining, from: &reader, context)
  }

  private mutating func readOld(
    from reader: inout WireReader, isExtended: Bool, _ context: WireContext
  ) throws(OpenFlowError) {
    table = try reader.u8()
    try reader.skip(1)
    if !isExtended { match = try Match.readFixed(from: &reader).match }
    duration = try reader.duration()
    try readPriorityAndTimeouts(from: &reader)
    var matchLength = 0
    if isExtended {
      matchLength = Int(try reader.u16())
      idleAge = Self.age(try reader.u16())
      hardAge = Self.age(try reader.u16())
    } else {
      try reader.skip(6)
    }
    cookie = try reader.u64()
    packetCount = try reader.u64()
    byteCount = try reader.u64()
    if isExtended {
      match = try Match.readExtensible(length: matchLength, from: &reader, context).match
    }
  }

  private mutating func readStandard(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    table = try reader.u8()
    try reader.skip(1)
    duration = try reader.duration()
    try readPriorityAndTimeouts(from: &reader)
    try readFlags(from: &reader, context)
    try reader.skip(2)
    cookie = try reader.u64()
    packetCount = try reader.u64()
    byteCount = try reader.u64()
    match = try Match.read(from: &reader, context)
  }

  private mutating func readDescription(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    try reader.skip(2)
    table = try reader.u8()
    try reader.skip(1)
    try readPriorityAndTimeouts(from: &reader)
    try readFlags(from: &reader, context)
    cookie = try reader.u64()
    match = try Match.read(from: &reader, context)
    let counts = try FlowCounts(from: &reader)
    duration = counts.duration ?? 0
    idleAge = counts.idleAge.map { UInt16(clamping: $0) }
    packetCount = counts.packetCount ?? .max
    byteCount = counts.byteCount ?? .max
  }

  private mutating func readPriorityAndTimeouts(
    from reader: inout WireReader
  ) throws(OpenFlowError) {
    priority = try reader.u16()
    idleTimeout = try reader.u16()
    hardTimeout = try reader.u16()
  }

  private mutating func readFlags(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    let bits = try reader.u16()
    let importanceField = try reader.u16()
    if context.version >= .v13 {
      let (known, hasUnknown) = FlowMod.Flags.read(bits, context.version)
      guard !hasUnknown else { throw .badFlags }
      flags = known
    }
    if context.version >= .v14 { importance = importanceField }
  }

  func write(to writer: inout WireWriter, _ form: Form, _ context: WireContext) {
    let start = writer.count
    writer.u16(0)
    switch form {
    case .fixed, .nicira: writeOld(to: &writer, isExtended: form == .nicira, context)
    case .standard: writeStandard(to: &writer, context)
    case .description: writeDescription(to: &writer, context)
    }
    InstructionCodec.write(
      context.version == .v10 ? actions : ActionCheck.resolved(actions, after: match), to: &writer,
      context)
    writer.patch16(at: start, writer.count - start)
  }

  private func writeOld(
    to writer: inout WireWriter, isExtended: Bool, _ context: WireContext
  ) {
    writer.u8(table)
    writer.zeros(1)
    if !isExtended { match.writeFixed(to: &writer) }
    writer.duration(duration)
    writePriorityAndTimeouts(to: &writer)
    let matchLength = writer.count
    if isExtended {
      writer.u16(0)
      writer.u16(Self.wireAge(idleAge))
      writer.u16(Self.wireAge(hardAge))
    } else {
      writer.zeros(6)
    }
    writer.u64(cookie)
    writer.u64(packetCount)
    writer.u64(byteCount)
    if isExtended {
      writer.patch16(
        at: matchLength, match.writeExtensible(to: &writer, options: context.tunnelOptions))
    }
  }

  private func writeStandard(to writer: inout WireWriter, _ context: WireContext) {
    writer.u8(table)
    writer.zeros(1)
    writer.duration(duration)
    writePriorityAndTimeouts(to: &writer)
    writeFlags(to: &writer, context)
    writer.zeros(2)
    writer.u64(cookie)
    writer.u64(packetCount)
    writer.u64(byteCount)
    match.writeOXM(to: &writer, context)
  }

  private func writeDescription(to writer: inout WireWriter, _ context: WireContext) {
    writer.zeros(2)
    writer.u8(table)
    writer.zeros(1)
    writePriorityAndTimeouts(to: &writer)
    writeFlags(to: &writer, context)
    writer.u64(cookie)
    match.writeOXM(to: &writer, context)
    var counts = FlowCounts()
    counts.duration = duration
    counts.idleAge = idleAge.map { UInt32($0) }
    counts.packetCount = packetCount
    counts.byteCount = byteCount
    counts.write(to: &writer)
  }

  private func writePriorityAndTimeouts(to writer: inout WireWriter) {
    writer.u16(priority)
    writer.u16(idleTimeout)
    writer.u16(hardTimeout)
  }

  private func writeFlags(to writer: inout WireWriter, _ context: WireContext) {
    writer.u16(context.version >= .v13 ? flags.bits(in: context.version) : 0)
    writer.u16(context.version >= .v14 ? importance : 0)
  }

  private static func age(_ wire: UInt16) -> UInt16? { wire == 0 ? nil : wire - 1 }

  private static func wireAge(_ age: UInt16?) -> UInt16 {
    age.map { $0 == .max ? .max : $0 + 1 } ?? 0
  }
}
