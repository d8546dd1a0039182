/// Asks for a port's counters, or with `OpenFlowPort.none` for every port's.
public struct PortStatsRequest: Message {
  public static let places = [MessagePlace(.statsRequest(4), .v10 ... .v15)]

  public let port: UInt16

  public init(port: UInt16 = OpenFlowPort.none) { self.port = port }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var body = try reader.sub(8, tooShort: .badLength)
    port = try body.port(context)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    let start = writer.count
    writer.port(port, context)
    writer.pad8(since: start)
  }
}

/// Counters of a port; all ones (`unknown`) for one that the device does not keep.
public struct PortCounts: Hashable, Sendable {
  public static let unknown = UInt64.max

  public var rxPackets = unknown
  public var txPackets = unknown
  public var rxBytes = unknown
  public var txBytes = unknown
  public var rxDropped = unknown
  public var txDropped = unknown
  public var rxErrors = unknown
  public var txErrors = unknown
  public var rxFrameErrors = unknown
  public var rxOverruns = unknown
  public var rxCRCErrors = unknown
  public var collisions = unknown
  /// Counters of the device's own, by name.
  public var custom: [Custom] = []

  public struct Custom: Hashable, Sendable {
    public var name: String
    public var value: UInt64

    public init(_ name: String, _ value: UInt64) {
      self.name = name
      self.value = value
    }
  }

  public init() {}

  typealias Counter = WritableKeyPath<PortCounts, UInt64> & Sendable

  /// The counters of any port in the order of the wire; the rest are those of Ethernet.
  static let general: [Counter] = [
    \.rxPackets, \.txPackets, \.rxBytes, \.txBytes, \.rxDropped, \.txDropped, \.rxErrors,
    \.txErrors,
  ]
  static let ethernet: [Counter] = [\.rxFrameErrors, \.rxOverruns, \.rxCRCErrors, \.collisions]
}

/// Counters of ports. Up to 1.3 all counters stand in a row; 1.4 has those of Ethernet in a property,
/// to which OVS adds two of Intel's: counters by frame size (RFC 2819), and the device's own.
public struct PortStatsReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(4), .v10 ... .v15)]

  public struct Port: Hashable, Sendable {
    public var number: UInt16
    public var counts: PortCounts
    /// Nanoseconds since the port was added, told by 1.3 and later.
    public var duration: UInt64

    public init(number: UInt16, counts: PortCounts, duration: UInt64 = 0) {
      self.number = number
      self.counts = counts
      self.duration = duration
    }
  }

  private static let ethernetProperty: UInt16 = 0
  private static let intel: UInt32 = 0xaa01
  private static let frameSizes: UInt32 = 1
  private static let custom: UInt32 = 2
  private static let frameSizeCounters = 21

  public let entries: [Port]

  public init(entries: [Port]) { self.entries = entries }

  public init(entries: [Port], as identity: MessageIdentity) { self.init(entries: entries) }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Port {
    if context.version >= .v14 { return try readDescription(from: &reader) }
    var port = Port(number: try reader.port(context), counts: PortCounts())
    try reader.skip(context.version == .v10 ? 6 : 4)
    for counter in PortCounts.general + PortCounts.ethernet {
      port.counts[keyPath: counter] = try reader.u64()
    }
    if context.version >= .v13 { port.duration = try reader.duration() }
    return port
  }

  private static func readDescription(
    from reader: inout WireReader
  ) throws(OpenFlowError) -> Port {
    let length = Int(try reader.u16())
    var entry = try reader.sub(length - 2, tooShort: .badLength)
    try entry.skip(2)
    var port = Port(number: try entry.port32(), counts: PortCounts())
    port.duration = try entry.duration()
    for counter in PortCounts.general { port.counts[keyPath: counter] = try entry.u64() }
    while let property = try Property.next(from: &entry) {
      switch property.kind {
      case .standard(ethernetProperty):
        var body = try property.reader(of: 36)
        try body.skip(4)
        for counter in PortCounts.ethernet { port.counts[keyPath: counter] = try body.u64() }
      case .experimenter(intel, custom):
        port.counts.custom = try readCustom(property.reader)
      default: continue
      }
    }
    return port
  }

  private static func readCustom(
    _ body: WireReader
  ) throws(OpenFlowError) -> [PortCounts.Custom] {
    var body = body
    try body.skip(10)
    let count = Int(try body.u16())
    var counters: [PortCounts.Custom] = []
    for _ in 0..<count {
      let name = try body.text(Int(try body.u8()))
      counters.append(.init(name, try body.u64()))
    }
    return counters
  }

  public static func write(
    _ entry: Port, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    if context.version >= .v14 { return writeDescription(entry, to: &writer) }
    let start = writer.count
    writer.port(entry.number, context)
    writer.pad8(since: start)
    for counter in PortCounts.general + PortCounts.ethernet {
      writer.u64(entry.counts[keyPath: counter])
    }
    if context.version >= .v13 { writer.duration(entry.duration) }
  }

  private static func writeDescription(_ entry: Port, to writer: inout WireWriter) {
    let start = writer.count
    writer.zeros(4)
    writer.port32(entry.number)
    writer.duration(entry.duration)
    for counter in PortCounts.general { writer.u64(entry.counts[keyPath: counter]) }
    writer.property(ethernetProperty) { writer in
      writer.zeros(4)
      for counter in PortCounts.ethernet { writer.u64(entry.counts[keyPath: counter]) }
    }
    writer.property(intel, frameSizes) { writer in
      writer.zeros(4)
      for _ in 0..<frameSizeCounters { writer.u64(PortCounts.unknown) }
    }
    if !entry.counts.custom.isEmpty {
      writer.property(intel, custom) { writeCustom(entry.counts.custom, to: &$0) }
    }
    writer.patch16(at: start, writer.count - start)
  }

  private static func writeCustom(_ counters: [PortCounts.Custom], to writer: inout WireWriter) {
    let counters = counters.prefix(256)
    writer.zeros(2)
    writer.u16(UInt16(counters.count))
    for counter in counters {
      let name = Array(counter.name.utf8.prefix(63))
      writer.u8(UInt8(name.count))
      writer.append(name)
      writer.u64(counter.value)
    }
  }
}
