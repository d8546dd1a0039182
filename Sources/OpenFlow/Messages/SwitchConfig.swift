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

  public init(fragments: Fragments = .normal, missSendLength: UInt16 = 0) {
    self.fragments = fragments
    self.missSendLength = missSendLength
  }

  init(from reader: inout WireReader) throws(OpenFlowError) {
    guard let fragments = Fragments(rawValue: try reader.u16()) else { throw .badConfigFlags }
    self.fragments = fragments
    missSendLength = try reader.u16()
  }

  func write(to writer: inout WireWriter) {
    writer.u16(fragments.rawValue)
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
  ) throws(OpenFlowError) { config = try SwitchConfig(from: &reader) }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { config.write(to: &writer) }
}

/// Changes the configuration.
public struct SetConfig: Message {
  public static let places = [MessagePlace(.type(9), .v10 ... .v15)]

  public let config: SwitchConfig

  public init(_ config: SwitchConfig) { self.config = config }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) { config = try SwitchConfig(from: &reader) }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) { config.write(to: &writer) }
}
