/// What a controller may do beside others. Raw values are OpenFlow 1.2's.
public enum ControllerRole: UInt32, Sendable {
  /// Only in requests: asks what the role is.
  case noChange = 0
  case equal, primary, secondary
}

/// Asks for a role, or which one it is. A generation orders the requests of controllers that elect a
/// primary among themselves: an older one is refused.
///
/// Nicira's message (for OpenFlow 1.0 and 1.1, but known in all versions) has no generation and numbers
/// the roles from zero.
public struct RoleRequest: Message {
  public static let places = [
    MessagePlace(.type(24), .v12 ... .v15), MessagePlace(.nicira(10), .v10 ... .v15),
  ]

  public let role: ControllerRole
  public let generation: UInt64?
  public let isNicira: Bool

  public init(_ role: ControllerRole, generation: UInt64? = nil, isNicira: Bool = false) {
    self.role = role
    self.generation = generation
    self.isNicira = isNicira
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    let generation: UInt64
    (role, generation, isNicira) = try RoleBody.read(from: &reader, as: identity)
    self.generation = isNicira || role == .noChange ? nil : generation
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    RoleBody.identity(isNicira, standard: 24, nicira: 10, context.version)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { RoleBody.write(role, generation ?? 0, to: &writer, as: identity) }
}

/// The role, and the newest generation that any controller has named.
public struct RoleReply: Message {
  public static let places = [
    MessagePlace(.type(25), .v12 ... .v15), MessagePlace(.nicira(11), .v10 ... .v15),
  ]

  public let role: ControllerRole
  public let generation: UInt64?
  /// Whether Nicira's message asked.
  public let isNicira: Bool

  public init(_ role: ControllerRole, generation: UInt64? = nil, isNicira: Bool = false) {
    self.role = role
    self.generation = generation
    self.isNicira = isNicira
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    let generation: UInt64
    (role, generation, isNicira) = try RoleBody.read(from: &reader, as: identity)
    self.generation = isNicira || generation == .max ? nil : generation
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    RoleBody.identity(isNicira, standard: 25, nicira: 11, context.version)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { RoleBody.write(role, generation ?? .max, to: &writer, as: identity) }
}

/// What request and reply have in common.
private enum RoleBody {
  static func identity(
    _ isNicira: Bool, standard: UInt8, nicira: UInt32, _ version: OpenFlowVersion
  ) -> MessageIdentity { isNicira || version < .v12 ? .nicira(nicira) : .type(standard) }

  static func read(
    from reader: inout WireReader, as identity: MessageIdentity
  ) throws(OpenFlowError) -> (ControllerRole, UInt64, isNicira: Bool) {
    let number = try reader.u32()
    guard case .nicira = identity else {
      guard let role = ControllerRole(rawValue: number) else { throw .badRole }
      try reader.skip(4)
      return (role, try reader.u64(), false)
    }
    guard number < 3, let role = ControllerRole(rawValue: number + 1) else { throw .badRole }
    return (role, .max, true)
  }

  static func write(
    _ role: ControllerRole, _ generation: UInt64, to writer: inout WireWriter,
    as identity: MessageIdentity
  ) {
    guard case .nicira = identity else {
      writer.u32(role.rawValue)
      writer.zeros(4)
      return writer.u64(generation)
    }
    writer.u32(role.rawValue &- 1)
  }
}
