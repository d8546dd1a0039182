/// Tells a controller what another one asked for, as the whole message in the receiver's version.
public struct RequestForward: Message {
  public static let places = [
    MessagePlace(.type(32), .v14 ... .v15), MessagePlace(.onf(2350), .v13 ... .v13),
    MessagePlace(.nicira(132), .v10 ... .v12),
  ]

  /// What kind of request it was; not on the wire, but a controller chooses by it.
  public enum Reason: UInt8, Sendable { case groupMod, meterMod }

  public let request: [UInt8]

  public init(_ request: [UInt8]) { self.request = request }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) { request = Array(reader.rest()) }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { writer.append(request) }
}
