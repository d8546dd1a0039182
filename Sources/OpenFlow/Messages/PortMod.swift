import Fields

/// Changes a port's configuration.
public struct PortMod: Message {
  public static let places = [MessagePlace(.type(15))]

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
    port = try reader.u16()
    address = EthernetAddress(UInt64(try reader.integer(6)))
    config = PortConfig(rawValue: try reader.u32())
    mask = PortConfig(rawValue: try reader.u32())
    advertise = PortFeatures(version10: try reader.u32())
    try reader.skip(4)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u16(port)
    writer.integer(UInt128(address.value), 6)
    writer.u32(config.rawValue)
    writer.u32(mask.rawValue)
    writer.u32(advertise.version10)
    writer.zeros(4)
  }
}
