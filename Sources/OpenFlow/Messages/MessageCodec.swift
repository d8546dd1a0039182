/// Whole messages to and from bytes.
public enum MessageCodec {
  /// A decoded message.
  public struct Decoded: Sendable {
    public let header: MessageHeader
    public let message: any Message
    /// Whether more messages of a statistics sequence follow.
    public let more: Bool
  }

  /// Decodes one message, `bytes` being exactly its header and body.
  public static func decode(
    _ bytes: [UInt8], _ context: WireContext
  ) throws(OpenFlowError) -> Decoded {
    guard let header = MessageHeader(bytes), Int(header.length) == bytes.count else {
      throw .badLength
    }
    guard header.version == context.version.rawValue else { throw .badVersion }
    var reader = WireReader(bytes[MessageHeader.byteCount...])
    let (identity, more) = try MessageIdentity.read(
      type: header.type, context.version, from: &reader)
    guard let type = MessageCatalog.type(identity, in: context.version) else {
      throw unknown(identity)
    }
    let message = try type.init(from: &reader, as: identity, context)
    guard reader.isAtEnd else { throw .badLength }
    return Decoded(header: header, message: message, more: more)
  }

  private static func unknown(_ identity: MessageIdentity) -> OpenFlowError {
    switch identity {
    case .type: .badType
    case .statsRequest, .statsReply: .badStat
    case .nicira, .niciraStatsRequest, .niciraStatsReply: .badSubtype
    }
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

  /// The error that answers `request`, in the version that the request claims to have.
  public static func encode(_ error: OpenFlowError, answering request: [UInt8]) -> [UInt8] {
    let header = MessageHeader(request)
    let bytes = encode(ErrorMessage(error, request: request), xid: header?.xid ?? 0, WireContext())
    guard var bytes, let header else { return [] }
    bytes[0] = header.version
    return bytes
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
