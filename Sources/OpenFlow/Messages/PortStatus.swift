/// Tells that a port came, went or changed.
public struct PortStatus: Message {
  public static let places = [MessagePlace(.type(12), .v10 ... .v15)]

  public enum Reason: UInt8, Sendable { case add, delete, modify }

  public let reason: Reason
  public let port: PortDescription

  public init(_ reason: Reason, _ port: PortDescription) {
    self.reason = reason
    self.port = port
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard let reason = Reason(rawValue: try reader.u8()) else { throw .badReason }
    self.reason = reason
    try reader.skip(7)
    port = try PortDescription(from: &reader, context)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u8(reason.rawValue)
    writer.zeros(7)
    port.write(to: &writer, context)
  }
}
