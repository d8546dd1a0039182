/// Asks for a port's counters, or with `OpenFlowPort.none` for every port's.
public struct PortStatsRequest: Message {
  public static let places = [MessagePlace(.statsRequest(4))]

  public let port: UInt16

  public init(port: UInt16 = OpenFlowPort.none) { self.port = port }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    port = try reader.u16()
    try reader.skip(6)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u16(port)
    writer.zeros(6)
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

  public init() {}

  /// The counters in the order of the wire.
  static let wireOrder: [WritableKeyPath<PortCounts, UInt64> & Sendable] = [
    \.rxPackets, \.txPackets, \.rxBytes, \.txBytes, \.rxDropped, \.txDropped, \.rxErrors,
    \.txErrors, \.rxFrameErrors, \.rxOverruns, \.rxCRCErrors, \.collisions,
  ]
}

/// Counters of ports.
public struct PortStatsReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(4))]

  public struct Port: Hashable, Sendable {
    public var number: UInt16
    public var counts: PortCounts

    public init(number: UInt16, counts: PortCounts) {
      self.number = number
      self.counts = counts
    }
  }

  public let entries: [Port]

  public init(entries: [Port]) { self.entries = entries }

  public init(entries: [Port], as identity: MessageIdentity) { self.init(entries: entries) }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Port {
    var port = Port(number: try reader.u16(), counts: PortCounts())
    try reader.skip(6)
    for counter in PortCounts.wireOrder { port.counts[keyPath: counter] = try reader.u64() }
    return port
  }

  public static func write(
    _ entry: Port, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    writer.u16(entry.number)
    writer.zeros(6)
    for counter in PortCounts.wireOrder { writer.u64(entry.counts[keyPath: counter]) }
  }
}
