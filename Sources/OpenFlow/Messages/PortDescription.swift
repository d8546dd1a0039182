import Fields

/// A port as controllers see it.
public struct PortDescription: Hashable, Sendable {
  public var number: UInt16
  public var address: EthernetAddress
  /// At most 15 bytes of it fit into OpenFlow 1.0.
  public var name: String
  public var config: PortConfig = []
  public var state: PortState = []
  public var current: PortFeatures = []
  public var advertised: PortFeatures = []
  public var supported: PortFeatures = []
  public var peer: PortFeatures = []

  public init(number: UInt16, address: EthernetAddress, name: String) {
    self.number = number
    self.address = address
    self.name = name
  }

  init(from reader: inout WireReader) throws(OpenFlowError) {
    number = try reader.u16()
    address = EthernetAddress(UInt64(try reader.integer(6)))
    name = try reader.text(16)
    config = PortConfig(rawValue: try reader.u32())
    state = PortState(rawValue: try reader.u32())
    current = PortFeatures(version10: try reader.u32())
    advertised = PortFeatures(version10: try reader.u32())
    supported = PortFeatures(version10: try reader.u32())
    peer = PortFeatures(version10: try reader.u32())
  }

  func write(to writer: inout WireWriter) {
    writer.u16(number)
    writer.integer(UInt128(address.value), 6)
    writer.text(name, 16)
    writer.u32(config.rawValue)
    writer.u32(state.rawValue)
    for features in [current, advertised, supported, peer] { writer.u32(features.version10) }
  }
}

/// Asks for a description of every port (OpenFlow 1.3's message, which OVS also takes over 1.0).
public struct PortDescriptionRequest: EmptyMessage {
  public static let places = [MessagePlace(.statsRequest(13))]
  public init() {}
}

/// The ports of the switch.
public struct PortDescriptionReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(13))]

  public let entries: [PortDescription]

  public init(entries: [PortDescription]) { self.entries = entries }

  public init(entries: [PortDescription], as identity: MessageIdentity) {
    self.init(entries: entries)
  }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> PortDescription {
    try PortDescription(from: &reader)
  }

  public static func write(
    _ entry: PortDescription, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) { entry.write(to: &writer) }
}
