import Fields

/// Changes a port's configuration.
public struct PortMod: Message {
  public static let places = [
    MessagePlace(.type(15), .v10 ... .v10, body: .exactly(24)),
    MessagePlace(.type(16), .v11 ... .v13, body: .exactly(32)),
    MessagePlace(.type(16), .v14 ... .v15, body: .atLeast(24, unit: 8)),
  ]

  private static let ethernet: UInt16 = 0

  public let port: UInt16
  /// Must be the port's address: a check against mistaken numbers.
  public let address: EthernetAddress
  public let config: PortConfig
  /// The bits of `config` to change.
  public let mask: PortConfig
  /// Features to offer from now on, empty to leave them.
  public let advertise: PortFeatures

  public init(
    port: UInt16, address: EthernetAddress, config: PortConfig, mask: PortConfig,
    advertise: PortFeatures = []
  ) {
    self.port = port
    self.address = address
    self.config = config
    self.mask = mask
    self.advertise = advertise
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    port = try reader.port(context)
    if context.version >= .v11 { try reader.skip(4) }
    address = EthernetAddress(UInt64(try reader.integer(6)))
    if context.version >= .v11 { try reader.skip(2) }
    let configBits = PortConfig(rawValue: try reader.u32())
    mask = PortConfig(rawValue: try reader.u32()).intersection(.known(in: context.version))
    config = configBits.intersection(mask)
    if context.version >= .v14 {
      advertise = try Self.readProperties(from: &reader, context)
    } else {
      advertise = try PortFeatures(from: &reader, context)
      try reader.skip(4)
    }
  }

  private static func readProperties(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> PortFeatures {
    var advertise: PortFeatures = []
    while let property = try Property.next(from: &reader) {
      guard property.kind == .standard(ethernet) else { throw property.unknown }
      var body = try property.reader(of: 4)
      advertise = try PortFeatures(from: &body, context)
    }
    return advertise
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.port(port, context)
    if context.version >= .v11 { writer.zeros(4) }
    writer.integer(UInt128(address.value), 6)
    if context.version >= .v11 { writer.zeros(2) }
    writer.u32(config.intersection(.known(in: context.version)).rawValue)
    writer.u32(mask.intersection(.known(in: context.version)).rawValue)
    if context.version < .v14 {
      advertise.write(to: &writer, context)
      writer.zeros(4)
    } else if !advertise.isEmpty {
      writer.property(Self.ethernet) { advertise.write(to: &$0, context) }
    }
  }
}
