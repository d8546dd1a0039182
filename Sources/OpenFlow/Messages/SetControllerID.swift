/// Gives a connection a number by which `controller(id=...)` actions choose it.
public struct SetControllerID: Message {
  public static let places = [MessagePlace(.nicira(20), .v10 ... .v15)]

  public let id: UInt16

  public init(_ id: UInt16) { self.id = id }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard try reader.take(6).allSatisfy({ $0 == 0 }) else { throw .mustBeZero }
    id = try reader.u16()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.zeros(6)
    writer.u16(id)
  }
}
