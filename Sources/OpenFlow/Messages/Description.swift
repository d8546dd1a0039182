/// Asks for the switch's description in words.
public struct DescriptionRequest: EmptyMessage {
  public static let places = [MessagePlace(.statsRequest(0), .v10 ... .v15)]
  public init() {}
}

/// The switch's description.
public struct DescriptionReply: Message {
  public static let places = [MessagePlace(.statsReply(0), .v10 ... .v15)]

  public var manufacturer: String
  public var hardware: String
  public var software: String
  public var serialNumber: String
  public var datapath: String

  public init(
    manufacturer: String, hardware: String, software: String, serialNumber: String,
    datapath: String
  ) {
    self.manufacturer = manufacturer
    self.hardware = hardware
    self.software = software
    self.serialNumber = serialNumber
    self.datapath = datapath
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    manufacturer = try reader.text(256)
    hardware = try reader.text(256)
    software = try reader.text(256)
    serialNumber = try reader.text(32)
    datapath = try reader.text(256)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.text(manufacturer, 256)
    writer.text(hardware, 256)
    writer.text(software, 256)
    writer.text(serialNumber, 32)
    writer.text(datapath, 256)
  }
}
