/// Goes on with a paused packet (NXT_RESUME): what the switch sent in an NXT_PACKET_IN2, changed as
/// the controller likes, with the continuation as it was.
public struct Resume: Message {
  public static let places = [MessagePlace(.nicira(28), .v10 ... .v15)]

  public let packetIn: PacketIn

  public init(_ packetIn: PacketIn) { self.packetIn = packetIn }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) { packetIn = try PacketInProperties.read(from: &reader, context) }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { PacketInProperties.write(packetIn, to: &writer, context) }
}
