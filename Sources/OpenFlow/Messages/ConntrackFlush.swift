/// Forgets all tracked connections of a zone (NXT_CT_FLUSH_ZONE).
public struct ConntrackFlushZone: Message {
  public static let places = [MessagePlace(.nicira(29), .v10 ... .v15, body: .exactly(8))]

  public let zone: UInt16

  public init(_ zone: UInt16) { self.zone = zone }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    for _ in 0..<6 { guard try reader.u8() == 0 else { throw .mustBeZero } }
    zone = try reader.u16()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.zeros(6)
    writer.u16(zone)
  }
}

/// Forgets the tracked connections that have a zone and the given parts of their tuples
/// (NXT_CT_FLUSH); what is not given may be anything.
public struct ConntrackFlush: Message {
  public static let places = [MessagePlace(.nicira(32), .v10 ... .v15)]

  /// One direction of a connection. IPv4 addresses are mapped into IPv6's (`::ffff:a.b.c.d`).
  public struct Tuple: Hashable, Sendable {
    public var source: UInt128?
    public var destination: UInt128?
    public var sourcePort: UInt16?
    public var destinationPort: UInt16?
    public var icmpID: UInt16?
    public var icmpType: UInt8?
    public var icmpCode: UInt8?

    public init() {}
  }

  /// IP protocol, 0 for any.
  public var ipProtocol: UInt8 = 0
  public var zone: UInt16?
  public var original: Tuple?
  public var reply: Tuple?

  public init() {}

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    ipProtocol = try reader.u8()
    try reader.skip(7)
    while let property = try Property.next(from: &reader) {
      switch property.type {
      case 0: original = try Self.readTuple(property.nested())
      case 1: reply = try Self.readTuple(property.nested())
      case 2: zone = try property.u16()
      default: throw property.unknown
      }
    }
  }

  private static func readTuple(_ body: WireReader) throws(OpenFlowError) -> Tuple {
    var (body, tuple) = (body, Tuple())
    while let property = try Property.next(from: &body) {
      switch property.type {
      case 0: tuple.source = try property.u128()
      case 1: tuple.destination = try property.u128()
      case 2: tuple.sourcePort = try property.u16()
      case 3: tuple.destinationPort = try property.u16()
      case 4: tuple.icmpID = try property.u16()
      case 5: tuple.icmpType = try property.u8()
      case 6: tuple.icmpCode = try property.u8()
      default: throw property.unknown
      }
    }
    return tuple
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u8(ipProtocol)
    writer.zeros(7)
    for (type, tuple) in [(UInt16(0), original), (1, reply)] {
      if let tuple { writer.propertyNested(type) { Self.write(tuple, to: &$0) } }
    }
    if let zone { writer.property16(2, zone) }
  }

  private static func write(_ tuple: Tuple, to writer: inout WireWriter) {
    for (type, address) in [(UInt16(0), tuple.source), (1, tuple.destination)] {
      guard let address else { continue }
      writer.property(type) {
        $0.u64(UInt64(truncatingIfNeeded: address >> 64))
        $0.u64(UInt64(truncatingIfNeeded: address))
      }
    }
    for (type, number) in [
      (UInt16(2), tuple.sourcePort), (3, tuple.destinationPort), (4, tuple.icmpID),
    ] {
      if let number { writer.property16(type, number) }
    }
    for (type, number) in [(UInt16(5), tuple.icmpType), (6, tuple.icmpCode)] {
      guard let number else { continue }
      writer.property(type) {
        $0.u8(number)
        $0.zeros(3)
      }
    }
  }
}
