/// Asks whether the other side is alive; the reply carries the same bytes.
public struct EchoRequest: Message {
  public static let places = [MessagePlace(.type(2), .v10 ... .v15)]

  public let payload: [UInt8]

  public init(_ payload: [UInt8] = []) { self.payload = payload }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    payload = Array(reader.rest())
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { writer.append(payload) }
}

/// The answer to an `EchoRequest`.
public struct EchoReply: Message {
  public static let places = [MessagePlace(.type(3), .v10 ... .v15)]

  public let payload: [UInt8]

  public init(_ payload: [UInt8]) { self.payload = payload }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    payload = Array(reader.rest())
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { writer.append(payload) }
}
