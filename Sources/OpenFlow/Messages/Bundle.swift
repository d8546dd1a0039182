/// Opens, closes, commits and discards bundles of requests that take effect together; the switch
/// answers with the same message. 1.4's, and for 1.3 the ONF's extension.
public struct BundleControl: Message, Hashable {
  public enum Kind: UInt16, Sendable {
    case openRequest, openReply, closeRequest, closeReply, commitRequest, commitReply
    case discardRequest, discardReply
  }

  public struct Flags: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    public static let atomic = Flags(rawValue: 1)
    public static let ordered = Flags(rawValue: 2)
  }

  public static let places = [
    MessagePlace(.type(33), .v14 ... .v15), MessagePlace(.onf(2300), .v13 ... .v13),
  ]

  public let bundle: UInt32
  /// A number that is no kind is kept for the switch to refuse.
  public let kindNumber: UInt16
  public let flags: Flags

  public var kind: Kind? { Kind(rawValue: kindNumber) }

  public init(_ bundle: UInt32, _ kind: Kind, flags: Flags = []) {
    self.bundle = bundle
    kindNumber = kind.rawValue
    self.flags = flags
  }

  /// Properties, of which none means anything to us, may follow.
  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    bundle = try reader.u32()
    kindNumber = try reader.u16()
    flags = Flags(rawValue: try reader.u16())
    guard reader.remaining % 8 == 0 else { throw .badLength }
    _ = reader.rest()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(bundle)
    writer.u16(kindNumber)
    writer.u16(flags.rawValue)
  }
}

/// Puts a request into a bundle.
public struct BundleAddMessage: Message, Hashable {
  public static let places = [
    MessagePlace(.type(34), .v14 ... .v15), MessagePlace(.onf(2301), .v13 ... .v13),
  ]

  public let bundle: UInt32
  public let flags: BundleControl.Flags
  /// The request with its header, and what follows it.
  public let content: ArraySlice<UInt8>

  public init(_ bundle: UInt32, flags: BundleControl.Flags, content: ArraySlice<UInt8>) {
    self.bundle = bundle
    self.flags = flags
    self.content = content
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    bundle = try reader.u32()
    try reader.skip(2)
    flags = BundleControl.Flags(rawValue: try reader.u16())
    content = reader.rest()
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u32(bundle)
    writer.zeros(2)
    writer.u16(flags.rawValue)
    writer.append(Array(content))
  }

  /// The request alone, if it may stand in a message with this header; what follows it is properties.
  public func request(
    in version: OpenFlowVersion, xid: UInt32
  ) throws(OpenFlowError) -> ArraySlice<UInt8> {
    guard let header = MessageHeader(content) else { throw .bundleMessageBadLength }
    guard header.version == version.rawValue else { throw .bundleMessageBadVersion }
    let length = Int(header.length)
    guard length >= MessageHeader.byteCount, length <= content.count else {
      throw .bundleMessageBadLength
    }
    guard header.xid == xid else { throw .bundleMessageBadXID }
    return content.prefix(length)
  }
}
