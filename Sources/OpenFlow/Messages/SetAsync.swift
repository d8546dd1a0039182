/// Says which unasked-for messages a controller wants.
///
/// Up to OpenFlow 1.3 the message sets three kinds at once and turns the others off; from 1.4 on, and
/// in Nicira's second form, it is a list of properties that changes what it names.
public struct SetAsync: Message {
  public static let places = [
    MessagePlace(.type(28), .v13 ... .v15), MessagePlace(.nicira(19), .v10 ... .v15),
    MessagePlace(.nicira(27), .v10 ... .v13),
  ]

  public struct Change: Hashable, Sendable {
    public let kind: AsyncConfiguration.Kind
    public let role: ControllerRole
    public let mask: UInt32

    public init(_ kind: AsyncConfiguration.Kind, _ role: ControllerRole, _ mask: UInt32) {
      self.kind = kind
      self.role = role
      self.mask = mask
    }
  }

  public let changes: [Change]
  /// Whether what is not named is turned off.
  public let isComplete: Bool

  public init(_ changes: [Change], isComplete: Bool = false) {
    self.changes = changes
    self.isComplete = isComplete
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    isComplete = !AsyncBody.isList(identity, context.version)
    changes =
      isComplete
      ? try AsyncBody.readFixed(from: &reader, context.version)
      : try AsyncBody.readList(from: &reader, context.version)
  }

  public func identity(in context: WireContext) -> MessageIdentity? {
    if context.version >= .v14 { return .type(28) }
    if !isComplete { return .nicira(27) }
    return context.version == .v13 ? .type(28) : .nicira(19)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    var configuration = AsyncConfiguration()
    for change in changes { configuration[change.kind, change.role] = change.mask }
    guard AsyncBody.isList(identity, context.version) else {
      return AsyncBody.writeFixed(configuration, to: &writer, context.version)
    }
    for change in changes {
      AsyncBody.writeProperty(change.kind, change.role, configuration, to: &writer, context.version)
    }
  }

  /// What a controller that had `basis` wants now.
  public func applied(to basis: AsyncConfiguration) -> AsyncConfiguration {
    var new = isComplete ? AsyncConfiguration() : basis
    for change in changes { new[change.kind, change.role] = change.mask }
    return new
  }
}

/// Asks what was set.
public struct GetAsyncRequest: Message {
  public static let places = [MessagePlace(.type(26), .v13 ... .v15)]

  public init() {}

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {}

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {}
}

/// What was set, or the defaults.
public struct GetAsyncReply: Message {
  public static let places = [MessagePlace(.type(27), .v13 ... .v15)]

  public let configuration: AsyncConfiguration

  public init(_ configuration: AsyncConfiguration) { self.configuration = configuration }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    let changes =
      context.version >= .v14
      ? try AsyncBody.readList(from: &reader, context.version)
      : try AsyncBody.readFixed(from: &reader, context.version)
    configuration = SetAsync(changes, isComplete: true).applied(to: AsyncConfiguration())
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    guard context.version >= .v14 else {
      return AsyncBody.writeFixed(configuration, to: &writer, context.version)
    }
    for kind in AsyncConfiguration.Kind.allCases {
      for role in [ControllerRole.secondary, .primary] {
        AsyncBody.writeProperty(kind, role, configuration, to: &writer, context.version)
      }
    }
  }
}

/// The two forms in which masks are on the wire.
private enum AsyncBody {
  /// What the fixed form has, each for the primary role first.
  private static let fixed: [AsyncConfiguration.Kind] = [.packetIn, .portStatus, .flowRemoved]
  private static let propertyLength: UInt16 = 8
  private static let firstExperimenterType: UInt16 = 0xfffe

  static func isList(_ identity: MessageIdentity, _ version: OpenFlowVersion) -> Bool {
    switch identity {
    case .nicira(27): true
    case .nicira: false
    default: version >= .v14
    }
  }

  /// Unknown bits are ignored here.
  static func readFixed(
    from reader: inout WireReader, _ version: OpenFlowVersion
  ) throws(OpenFlowError) -> [SetAsync.Change] {
    var changes: [SetAsync.Change] = []
    for kind in fixed {
      for role in [ControllerRole.primary, .secondary] {
        let mask = try reader.u32() & AsyncConfiguration.allowed(kind, version)
        changes.append(.init(kind, role, meant(mask, kind, version)))
      }
    }
    return changes
  }

  static func writeFixed(
    _ configuration: AsyncConfiguration, to writer: inout WireWriter, _ version: OpenFlowVersion
  ) {
    for kind in fixed {
      for role in [ControllerRole.primary, .secondary] {
        writer.u32(configuration[kind, role] & AsyncConfiguration.allowed(kind, version))
      }
    }
  }

  static func readList(
    from reader: inout WireReader, _ version: OpenFlowVersion
  ) throws(OpenFlowError) -> [SetAsync.Change] {
    guard reader.remaining % 8 == 0 else { throw .badLength }
    var changes: [SetAsync.Change] = []
    while !reader.isAtEnd { changes.append(try readProperty(from: &reader, version)) }
    return changes
  }

  private static func readProperty(
    from reader: inout WireReader, _ version: OpenFlowVersion
  ) throws(OpenFlowError) -> SetAsync.Change {
    guard reader.remaining >= 4 else { throw .badPropertyLength }
    let type = try reader.u16()
    let length = try reader.u16()
    guard length >= 4, Int(length) - 4 <= reader.remaining else { throw .badPropertyLength }
    if type >= firstExperimenterType { throw experimenter(length) }
    guard let kind = AsyncConfiguration.Kind(rawValue: Int(type / 2)) else {
      throw .unsupportedAsyncConfig
    }
    guard length == propertyLength else { throw .badPropertyLength }
    let mask = try reader.u32()
    guard mask & ~AsyncConfiguration.allowed(kind, version) == 0 else { throw .invalidAsyncConfig }
    return .init(kind, type % 2 == 0 ? .secondary : .primary, meant(mask, kind, version))
  }

  /// Nobody has defined any.
  private static func experimenter(_ length: UInt16) -> OpenFlowError {
    length >= 12 ? .badPropertyExperimenterType : .badPropertyLength
  }

  static func writeProperty(
    _ kind: AsyncConfiguration.Kind, _ role: ControllerRole, _ configuration: AsyncConfiguration,
    to writer: inout WireWriter, _ version: OpenFlowVersion
  ) {
    writer.u16(UInt16(kind.rawValue * 2 + (role == .secondary ? 0 : 1)))
    writer.u16(propertyLength)
    writer.u32(configuration[kind, role] & AsyncConfiguration.allowed(kind, version))
  }

  /// "No match" stands for the misses that a flow asks for and, before OpenFlow 1.3, for all others.
  private static func meant(
    _ mask: UInt32, _ kind: AsyncConfiguration.Kind, _ version: OpenFlowVersion
  ) -> UInt32 {
    typealias Reason = AsyncConfiguration.PacketInReason
    guard kind == .packetIn, mask & 1 << UInt32(Reason.noMatch) != 0 else { return mask }
    let implicit: UInt32 = version < .v13 ? 1 << UInt32(Reason.implicitMiss) : 0
    return mask | 1 << UInt32(Reason.explicitMiss) | implicit
  }
}
