/// The eight bytes that every OpenFlow message starts with.
public struct MessageHeader: Hashable, Sendable {
  public static let byteCount = 8

  public var version: UInt8
  public var type: UInt8
  /// Length of the whole message, header included.
  public var length: UInt16
  /// Transaction: a reply carries its request's.
  public var xid: UInt32

  public init(version: UInt8, type: UInt8, length: UInt16, xid: UInt32) {
    self.version = version
    self.type = type
    self.length = length
    self.xid = xid
  }

  /// Nil when there are fewer than eight bytes.
  public init?(_ bytes: some Collection<UInt8>) { self.init(Array(bytes.prefix(Self.byteCount))) }

  public init?(_ bytes: [UInt8]) {
    var reader = WireReader(bytes)
    guard let version = try? reader.u8(), let type = try? reader.u8(),
      let length = try? reader.u16(), let xid = try? reader.u32()
    else { return nil }
    self.init(version: version, type: type, length: length, xid: xid)
  }

  func write(to writer: inout WireWriter) {
    writer.u8(version)
    writer.u8(type)
    writer.u16(length)
    writer.u32(xid)
  }
}
