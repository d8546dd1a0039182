/// The shapes of a packet-in: OpenFlow's own or one of Nicira's, which tell more.
public enum PacketInFormat: UInt32, Sendable { case standard, nxt, nxt2 }

/// Chooses how packet-ins look on a connection from now on.
public struct SetPacketInFormat: Message {
  public static let places = [MessagePlace(.nicira(16), .v10 ... .v15)]

  public let format: PacketInFormat

  public init(_ format: PacketInFormat) { self.format = format }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard let format = PacketInFormat(rawValue: try reader.u32()) else {
      throw .requestNotPermitted
    }
    self.format = format
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { writer.u32(format.rawValue) }
}
