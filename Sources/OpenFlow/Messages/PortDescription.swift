import Fields

/// A port as controllers see it.
public struct PortDescription: Hashable, Sendable {
  public var number: UInt16
  public var address: EthernetAddress
  /// At most 15 bytes of it fit on the wire.
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

  private static let ethernet: UInt16 = 0

  init(from reader: inout WireReader, _ context: WireContext) throws(OpenFlowError) {
    var length: Int?
    number = try reader.port(context)
    if context.version >= .v14 { length = Int(try reader.u16()) }
    try reader.skip(context.version == .v10 ? 0 : context.version < .v14 ? 4 : 2)
    address = EthernetAddress(UInt64(try reader.integer(6)))
    if context.version >= .v11 { try reader.skip(2) }
    name = try reader.text(16)
    config = PortConfig(rawValue: try reader.u32()).intersection(.known(in: context.version))
    state = PortState(rawValue: try reader.u32()).intersection(.known(in: context.version))
    if let length {
      try readProperties(length - 40, from: &reader)
    } else {
      try readFeatures(from: &reader, context)
    }
  }

  private mutating func readProperties(
    _ length: Int, from reader: inout WireReader
  ) throws(OpenFlowError) {
    var properties = try reader.sub(length, tooShort: .badLength)
    while let property = try Property.next(from: &properties) {
      guard property.kind == .standard(Self.ethernet) else { continue }
      var body = try property.reader(of: 28)
      try body.skip(4)
      try readFeatures(from: &body, WireContext(.v14))
    }
  }

  private mutating func readFeatures(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) {
    current = try PortFeatures(from: &reader, context)
    advertised = try PortFeatures(from: &reader, context)
    supported = try PortFeatures(from: &reader, context)
    peer = try PortFeatures(from: &reader, context)
    // The speeds follow from the features.
    if context.version >= .v11 { try reader.skip(8) }
  }

  func write(to writer: inout WireWriter, _ context: WireContext) {
    let start = writer.count
    writer.port(number, context)
    writer.zeros(context.version == .v10 ? 0 : 4)
    writer.integer(UInt128(address.value), 6)
    if context.version >= .v11 { writer.zeros(2) }
    writer.text(name, 16)
    writer.u32(config.intersection(.known(in: context.version)).rawValue)
    writer.u32(state.intersection(.known(in: context.version)).rawValue)
    guard context.version >= .v14 else { return writeFeatures(to: &writer, context) }
    writer.property(Self.ethernet) { writer in
      writer.zeros(4)
      writeFeatures(to: &writer, context)
    }
    writer.patch16(at: start + 4, writer.count - start)
  }

  private func writeFeatures(to writer: inout WireWriter, _ context: WireContext) {
    for features in [current, advertised, supported, peer] { features.write(to: &writer, context) }
    guard context.version >= .v11 else { return }
    writer.u32(current.kilobitsPerSecond)
    writer.u32(supported.kilobitsPerSecond)
  }
}

/// Asks for a description of every port (OpenFlow 1.3's message, which OVS also takes over older
/// versions). 1.5 can ask for one port.
public struct PortDescriptionRequest: Message {
  public static let places = [MessagePlace(.statsRequest(13), .v10 ... .v15)]

  public let port: UInt16

  public init(port: UInt16 = OpenFlowPort.none) { self.port = port }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    port = context.version >= .v15 ? try reader.port32() : OpenFlowPort.none
    if context.version >= .v15 { try reader.skip(4) }
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    guard context.version >= .v15 else { return }
    writer.port32(port)
    writer.zeros(4)
  }
}

/// The ports of the switch.
public struct PortDescriptionReply: EntryReply {
  public static let places = [MessagePlace(.statsReply(13), .v10 ... .v15)]

  public let entries: [PortDescription]

  public init(entries: [PortDescription]) { self.entries = entries }

  public init(entries: [PortDescription], as identity: MessageIdentity) {
    self.init(entries: entries)
  }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> PortDescription {
    try PortDescription(from: &reader, context)
  }

  public static func write(
    _ entry: PortDescription, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) { entry.write(to: &writer, context) }
}
