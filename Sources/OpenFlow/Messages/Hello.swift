/// The first message of both sides: the header's version is the highest that the sender speaks, the
/// bitmap (OpenFlow 1.3.1) names all of them.
///
/// Hellos are read leniently: what follows the header is elements, and those that are unknown or
/// damaged say nothing.
public struct Hello: Message {
  public static let places = [MessagePlace(.type(0), .v10 ... .v15)]

  /// The versions that the sender's bitmap names, nil when it sent none.
  public var bitmap: VersionSet?
  /// Whether everything in it made sense.
  public var isUnderstood = true

  private static let bitmapElement: UInt16 = 1

  public init(bitmap: VersionSet? = nil) { self.bitmap = bitmap }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    var rest = WireReader(reader.rest())
    while !rest.isAtEnd {
      guard let type = try? rest.u16(), let length = try? rest.u16(), length >= 4,
        let body = try? rest.take(Int(length) - 4),
        (try? rest.skip((8 - Int(length) % 8) % 8)) != nil
      else {
        isUnderstood = false
        return
      }
      if type == Self.bitmapElement, let versions = Self.versions(body) {
        bitmap = versions
      } else {
        isUnderstood = false
      }
    }
  }

  private static func versions(_ body: ArraySlice<UInt8>) -> VersionSet? {
    // Words in network order, the first one for versions 0 to 31. There is no version 0.
    var reader = WireReader(body)
    guard body.count % 4 == 0, let word = try? reader.u32(), word & ~1 != 0 else { return nil }
    return VersionSet(rawValue: word & ~1)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    guard let bitmap else { return }
    writer.u16(Self.bitmapElement)
    writer.u16(8)
    writer.u32(bitmap.rawValue)
  }
}
