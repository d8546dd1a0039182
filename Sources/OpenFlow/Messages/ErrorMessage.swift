/// The answer to a request that failed: what is wrong, and the request itself.
///
/// An extension's error stands in a frame: up to 1.1 it is Nicira's (type 0xb0c2: vendor, type, code),
/// from 1.2 on the specification's experimenter error (the type stands where the code does, then the
/// vendor).
public struct ErrorMessage: Message {
  public static let places = [MessagePlace(.type(1), .v10 ... .v15)]

  public let error: OpenFlowError
  /// The request that failed: all of it, but for what one message cannot hold.
  public let request: [UInt8]

  private static let niciraFrame: UInt16 = 0xb0c2
  private static let experimenter: UInt16 = 0xffff

  public init(_ error: OpenFlowError, request: some Collection<UInt8>) {
    self.error = error
    self.request = Array(request)
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var type = try reader.u16()
    var code = try reader.u16()
    var vendor: UInt32 = 0
    if type == Self.niciraFrame, code == 0 {
      vendor = try reader.u32()
      type = try reader.u16()
      code = try reader.u16()
    } else if type == Self.experimenter, context.version >= .v12 {
      vendor = try reader.u32()
      type = code
      code = 0
    }
    let error = OpenFlowError.find(context.version, vendor: vendor, type: type, code: code)
    self.init(error, request: reader.rest())
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    let version = context.version
    let known = error.number(in: version) ?? OpenFlowError.unencodable.number(in: version)
    guard let number = known else { return }
    if number.vendor == 0 {
      writer.u16(number.type)
      writer.u16(number.code)
    } else if version <= .v11 {
      writer.u16(Self.niciraFrame)
      writer.u16(0)
      writer.u32(number.vendor)
      writer.u16(number.type)
      writer.u16(number.code)
    } else {
      writer.u16(Self.experimenter)
      writer.u16(number.type)
      writer.u32(number.vendor)
    }
    writer.append(request.prefix(MessageCodec.maxLength - writer.count))
  }
}
