/// A request to add, change or delete meters. Since OpenFlow 1.3.
public struct MeterMod: Message {
  public static let places = [MessagePlace(.type(29), .v13 ... .v15)]

  public enum Command: UInt16, Sendable {
    case add, modify, delete
  }

  public var command: Command
  public var meter: MeterConfig

  public init(_ command: Command, _ meter: MeterConfig) {
    self.command = command
    self.meter = meter
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard reader.remaining % 8 == 0 else { throw .badLength }
    guard let command = Command(rawValue: try reader.u16()) else { throw .badMeterCommand }
    let flags = MeterFlags(rawValue: try reader.u16())
    self.init(command, MeterConfig(id: try reader.u32()))
    guard command != .delete else {
      _ = reader.rest()
      return
    }
    guard !flags.isSuperset(of: [.kbps, .pktps]) else { throw .badMeterFlags }
    meter.flags = flags
    meter.bands = try MeterBand.readList(from: &reader)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u16(command.rawValue)
    writer.u16(command == .delete ? 0 : meter.flags.rawValue)
    writer.u32(meter.id)
    for band in meter.bands { band.write(to: &writer) }
  }
}
