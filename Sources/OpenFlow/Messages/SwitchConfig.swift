/// What the switch does with IP fragments and how much of a packet a controller gets.
public struct SwitchConfig: Hashable, Sendable {
  public enum Fragments: UInt16, Sendable {
    /// Fragments match as if they had no transport header.
    case normal = 0
    case drop, reassemble
    /// First fragments match with their transport header (extension of OVS).
    case nxMatch
  }

  public var fragments: Fragments
  public var missSendLength: UInt16
  /// Whether packets whose TTL is over go to this controller; nil in 1.3 and later, which say that by
  /// asynchronous configuration.
  public var invalidTTLToController: Bool?

  private static let fragmentBits: UInt16 = 3
  private static let invalidTTLBit: UInt16 = 4

  public init(fragments: Fragments = .normal, missSendLength: UInt16 = 0) {
    self.fragments = fragments
    self.missSendLength = missSendLength
  }

  init(from reader: inout WireReader, _ context: WireContext) throws(OpenFlowError) {
    let flags = try reader.u16()
    let hasTTL = context.version < .v13
    let known = Self.fragmentBits | (hasTTL ? Self.invalidTTLBit : 0)
    guard flags & ~known == 0, let fragments = Fragments(rawValue: flags & Self.fragmentBits)
    else { throw .badConfigFlags }
    self.fragments = fragments
    invalidTTLToController = hasTTL ? flags & Self.invalidTTLBit != 0 : nil
    missSendLength = try reader.u16()
  }

  func write(to writer: inout WireWriter, _ context: WireContext) {
    let sendsTTL = invalidTTLToController == true && context.version < .v13
    writer.u16(fragments.rawValue | (sendsTTL ? Self.invalidTTLBit : 0))
    writer.u16(missSendLength)
  }
}

/// Asks for the configuration.
public struct GetConfigRequest: EmptyMessage {
  public static let places = [MessagePlace(.type(7), .v10 ... .v15)]
  public init() {}
}

/// The configuration.
public struct GetConfigReply: Message {
  public static let places = [MessagePlace(.type(8), .v10 ... .v15)]

  public let config: SwitchConfig

  public init(_ config: SwitchConfig) { self.config = config }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) { config = try SwitchConfig(from: &reader, context) }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { config.write(to: &writer, context) }
}

/// Changes the configuration.
public struct SetConfig: Message {
  public static let places = [MessagePlace(.type(9), .v10 ... .v15, body: .exactly(4))]

  public let config: SwitchConfig

  public init(_ config: SwitchConfig) { self.config = config }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) { config = try SwitchConfig(from: &reader, context) }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { config.write(to: &writer, context) }
}
