/// The answer to a request that failed: what is wrong, and the request itself.
///
/// Errors that the version has no number for are Nicira's extension: type 0xb0c2, then vendor, type
/// and code, then the request.
public struct ErrorMessage: Message {
  public static let places = [MessagePlace(.type(1))]

  public let error: OpenFlowError
  /// The request that failed: all of it, but for what one message cannot hold.
  public let request: [UInt8]

  private static let vendorType: UInt16 = 0xb0c2
  private static let room = Int(UInt16.max) - 20

  public init(_ error: OpenFlowError, request: some Collection<UInt8>) {
    self.error = error
    self.request = Array(request.prefix(Self.room))
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var type = try reader.u16()
    var code = try reader.u16()
    let isNicira = type == Self.vendorType
    if isNicira {
      guard try reader.u32() == MessageIdentity.niciraVendor else { throw .badVendor }
      type = try reader.u16()
      code = try reader.u16()
    }
    self.init(OpenFlowError("", type, code, isNicira: isNicira), request: reader.rest())
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    if error.isNicira {
      writer.u16(Self.vendorType)
      writer.u16(0)
      writer.u32(MessageIdentity.niciraVendor)
    }
    writer.u16(error.type)
    writer.u16(error.code)
    writer.append(request)
  }
}
