/// Asks which queues a port has.
public struct QueueConfigRequest: Message {
  public static let places = [MessagePlace(.type(20))]

  public let port: UInt16

  public init(port: UInt16) { self.port = port }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    port = try reader.u16()
    try reader.skip(2)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u16(port)
    writer.zeros(2)
  }
}

/// The queues of a port: so far none has any.
public struct QueueConfigReply: Message {
  public static let places = [MessagePlace(.type(21))]

  public let port: UInt16

  public init(port: UInt16) { self.port = port }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    port = try reader.u16()
    try reader.skip(6)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u16(port)
    writer.zeros(6)
  }
}
