/// Whole messages to and from bytes.
public enum MessageCodec {
  /// A decoded message.
  public struct Decoded: Sendable {
    public let header: MessageHeader
    public let message: any Message
    /// Whether more messages of a statistics sequence follow.
    public let more: Bool
  }

  /// A message whose type is known and whose body is still to be read.
  public struct Located {
    public let header: MessageHeader
    public let type: any Message.Type
    /// The type's index in `MessageCatalog.all`.
    public let number: Int
    /// Whether more messages of a statistics sequence follow.
    public let more: Bool
    private let identity: MessageIdentity
    private let body: WireReader
    private let context: WireContext

    fileprivate init(
      _ header: MessageHeader, _ identity: MessageIdentity, _ entry: MessageCatalog.Entry,
      more: Bool, _ body: WireReader, _ context: WireContext
    ) {
      self.header = header
      self.type = entry.type
      self.number = entry.number
      self.more = more
      self.identity = identity
      self.body = body
      self.context = context
    }

    /// Reads the message; `type` is the one that was found.
    public func read<M: Message>(_ type: M.Type) throws(OpenFlowError) -> M {
      var body = body
      let message = try M(from: &body, as: identity, context)
      guard body.isAtEnd else { throw .badLength }
      return message
    }

    /// The message, whatever it is.
    fileprivate func message() throws(OpenFlowError) -> any Message {
      var body = body
      let message = try type.init(from: &body, as: identity, context)
      guard body.isAtEnd else { throw .badLength }
      return message
    }
  }

  /// Decodes one message, `bytes` being exactly its header and body. One that was put together from
  /// parts may be longer than its header can say.
  public static func decode(
    _ bytes: [UInt8], _ context: WireContext, isAssembled: Bool = false
  ) throws(OpenFlowError) -> Decoded {
    let located = try locate(bytes, context, isAssembled: isAssembled)
    return Decoded(
      header: located.header, message: try located.message(), more: located.more)
  }

  /// Finds the type of a message whose length is right.
  public static func locate(
    _ bytes: [UInt8], _ context: WireContext, isAssembled: Bool = false
  ) throws(OpenFlowError) -> Located {
    guard let header = MessageHeader(bytes), isAssembled || Int(header.length) == bytes.count
    else { throw .badLength }
    guard header.version == context.version.rawValue else { throw .badVersion }
    var reader = WireReader(bytes[MessageHeader.byteCount...])
    let (identity, more) = try MessageIdentity.read(
      type: header.type, context.version, from: &reader)
    guard let entry = MessageCatalog.entry(identity, in: context.version) else {
      throw unknown(identity)
    }
    guard entry.body.allows(reader.remaining) else { throw .badLength }
    return Located(header, identity, entry, more: more, reader, context)
  }

  /// The index in `MessageCatalog.all` of a message that may be anything, whatever its length.
  public static func messageNumber(of bytes: [UInt8], _ context: WireContext) -> Int? {
    MessageCatalog.identity(bytes, context.version)
      .flatMap { MessageCatalog.entry($0, in: context.version)?.number }
  }

  private static func unknown(_ identity: MessageIdentity) -> OpenFlowError {
    switch identity {
    case .type: .badType
    case .statsRequest, .statsReply: .badStat
    default: .badSubtype
    }
  }

  /// What is wrong with a message that is no request.
  public static func refusal(of bytes: [UInt8], _ context: WireContext) -> OpenFlowError {
    bytes.count > 1 && bytes[1] == MessageIdentity.statsRequestType(context.version)
      ? .badStat : .badType
  }

  /// Encodes a message that fits into one; nil when the version has no such message or it is too
  /// long.
  public static func encode(
    _ message: any Message, xid: UInt32, _ context: WireContext, more: Bool = false
  ) -> [UInt8]? {
    guard let identity = message.identity(in: context) else { return nil }
    var writer = begin(identity, xid: xid, context, more: more)
    message.write(to: &writer, as: identity, context)
    return finish(&writer)
  }

  static let maxLength = Int(UInt16.max)

  /// The error that answers `request`, in the version that the request claims to have: 1.0's if it is
  /// none.
  public static func encode(_ error: OpenFlowError, answering request: [UInt8]) -> [UInt8] {
    let header = MessageHeader(request)
    let version = header.flatMap { OpenFlowVersion(rawValue: $0.version) } ?? .v10
    let message = ErrorMessage(error, request: request)
    return encode(message, xid: header?.xid ?? 0, WireContext(version)) ?? []
  }

  static func begin(
    _ identity: MessageIdentity, xid: UInt32, _ context: WireContext, more: Bool
  ) -> WireWriter {
    var writer = WireWriter()
    MessageHeader(
      version: context.version.rawValue, type: identity.headerType(context.version), length: 0,
      xid: xid
    ).write(to: &writer)
    identity.write(to: &writer, context.version, more: more)
    return writer
  }

  static func finish(_ writer: inout WireWriter) -> [UInt8]? {
    guard writer.count <= maxLength else { return nil }
    writer.patch16(at: 2, writer.count)
    return writer.bytes
  }
}
