/// Tells a controller that its role was changed, by another controller for example.
public struct RoleStatus: Message {
  public static let places = [
    MessagePlace(.type(30), .v14 ... .v15), MessagePlace(.onf(1911), .v13 ... .v13),
  ]

  public enum Reason: UInt8, Sendable { case primaryRequest, configuration, experimenter }

  public let role: ControllerRole
  public let reason: Reason
  public let generation: UInt64?

  public init(_ role: ControllerRole, _ reason: Reason, generation: UInt64?) {
    self.role = role
    self.reason = reason
    self.generation = generation
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard let role = ControllerRole(rawValue: try reader.u32()) else { throw .badRole }
    guard let reason = Reason(rawValue: try reader.u8()) else { throw .badReason }
    try reader.skip(3)
    let generation = try reader.u64()
    self.init(role, reason, generation: generation == .max ? nil : generation)
    _ = reader.rest()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(role.rawValue)
    writer.u8(reason.rawValue)
    writer.zeros(3)
    writer.u64(generation ?? .max)
  }
}
