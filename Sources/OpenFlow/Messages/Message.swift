/// An OpenFlow message: one type per message, one file per type in this folder, one line per type in
/// `MessageCatalog`. A request and its reply stand in one file, and so do the encodings that differ
/// by version or extension, since they all mean one thing to the switch.
///
/// `MessageCodec` reads and writes headers and finds the type; a message only knows its body.
/// Values, hence any thread.
public protocol Message: Sendable {
  /// Every place where the wire has this message, and the versions in which it is there.
  static var places: [MessagePlace] { get }

  /// Reads the body that follows the header (for statistics: their header, too) of `identity`.
  /// Bytes that are left over make the message's length wrong.
  init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError)

  /// Where the message goes in `context`: by default its first place in that version.
  func identity(in context: WireContext) -> MessageIdentity?

  /// Writes the body.
  func write(to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext)
}

/// A place of a message on the wire.
public struct MessagePlace: Sendable {
  public let identity: MessageIdentity
  public let versions: ClosedRange<OpenFlowVersion>
  /// Lengths that the body may have: what is checked before anything else.
  public let body: BodyLength

  /// Lengths of a body.
  public enum BodyLength: Sendable {
    case any
    case exactly(Int)
    /// A fixed part and then whole units of so many bytes.
    case atLeast(Int, unit: Int)

    func allows(_ length: Int) -> Bool {
      switch self {
      case .any: true
      case .exactly(let count): length == count
      case .atLeast(let count, let unit): length >= count && (length - count) % unit == 0
      }
    }
  }

  public init(
    _ identity: MessageIdentity, _ versions: ClosedRange<OpenFlowVersion> = .v10 ... .v10,
    body: BodyLength = .any
  ) {
    self.identity = identity
    self.versions = versions
    self.body = body
  }
}

extension Message {
  public func identity(in context: WireContext) -> MessageIdentity? {
    Self.places.first { $0.versions.contains(context.version) }?.identity
  }
}

/// A message without a body.
public protocol EmptyMessage: Message {
  init()
}

extension EmptyMessage {
  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    self.init()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {}
}
