/// Buckets on the wire. OpenFlow 1.1 to 1.4 have a fixed head and number the buckets as they come; 1.5
/// (and Nicira's extension of 1.0) give every bucket an ID, and properties behind its actions.
extension GroupBucket {
  private enum Property {
    static let weight: UInt16 = 0
    static let watchPort: UInt16 = 1
    static let watchGroup: UInt16 = 2
  }

  /// Whether buckets have IDs and properties in this version.
  static func hasProperties(_ context: WireContext) -> Bool {
    context.version == .v10 || context.version >= .v15
  }

  /// Reads buckets up to the reader's end. `isSelect`: a bucket that says nothing has weight 1.
  static func readList(
    from reader: inout WireReader, isSelect: Bool, _ context: WireContext
  ) throws(OpenFlowError) -> [GroupBucket] {
    var buckets: [GroupBucket] = []
    while !reader.isAtEnd {
      guard hasProperties(context) else {
        var bucket = try readFixed(from: &reader, context)
        bucket.id = UInt32(clamping: buckets.count)
        buckets.append(bucket)
        continue
      }
      buckets.append(try readExtended(from: &reader, isSelect: isSelect, context))
    }
    guard !hasProperties(context) || !buckets.hasDuplicateID else { throw .badBucket }
    return buckets
  }

  private static func readFixed(
    from reader: inout WireReader, _ context: WireContext
  ) throws(OpenFlowError) -> GroupBucket {
    guard reader.remaining >= 16 else { throw .badBucket }
    let length = Int(try reader.u16())
    guard length >= 16, length - 2 <= reader.remaining else { throw .badBucket }
    var bucket = GroupBucket()
    bucket.weight = try reader.u16()
    let port = try reader.u32()
    bucket.watchGroup = try reader.u32()
    try reader.skip(4)
    bucket.actions = try ActionCodec.read(length: length - 16, from: &reader, context)
    bucket.watchPort = try watchPort(port)
    return bucket
  }

  private static func readExtended(
    from reader: inout WireReader, isSelect: Bool, _ context: WireContext
  ) throws(OpenFlowError) -> GroupBucket {
    guard reader.remaining >= 8 else { throw .badBucket }
    let length = Int(try reader.u16())
    let actionsLength = Int(try reader.u16())
    guard length >= 8, length - 4 <= reader.remaining, actionsLength <= length - 8 else {
      throw .badBucket
    }
    var bucket = GroupBucket(id: try reader.u32(), weight: isSelect ? 1 : 0)
    bucket.actions = try ActionCodec.read(length: actionsLength, from: &reader, context)
    var properties = try reader.sub(length - 8 - actionsLength, tooShort: .badPropertyLength)
    var port = OpenFlowPort.to32(OpenFlowPort.none)
    while let property = try GroupProperty(from: &properties) {
      var body = property.body
      switch property.type {
      case Property.weight: bucket.weight = try body.u16()
      case Property.watchPort: port = try exactly32(&body)
      case Property.watchGroup: bucket.watchGroup = try exactly32(&body)
      case 0xffff: throw .badPropertyExperimenterType
      default: throw .badPropertyType
      }
    }
    bucket.watchPort = try watchPort(port)
    guard bucket.id <= ID.max else { throw .badBucket }
    return bucket
  }

  private static func exactly32(_ body: inout WireReader) throws(OpenFlowError) -> UInt32 {
    guard body.remaining == 4 else { throw .badPropertyLength }
    return try body.u32()
  }

  private static func watchPort(_ port: UInt32) throws(OpenFlowError) -> UInt16 {
    guard port < UInt32(OpenFlowPort.max) || port >= 0xffff_ff00 else { throw .badWatch }
    return UInt16(truncatingIfNeeded: port)
  }

  /// Writes the bucket; `isSelect` as in reading.
  func write(to writer: inout WireWriter, isSelect: Bool, _ context: WireContext) {
    let start = writer.count
    writer.u16(0)
    if Self.hasProperties(context) {
      writer.u16(0)
      writer.u32(id)
      ActionCodec.write(actions, to: &writer, context)
      writer.patch16(at: start + 2, writer.count - start - 8)
      writeProperties(to: &writer, isSelect: isSelect)
    } else {
      writer.u16(weight)
      writer.port32(watchPort)
      writer.u32(watchGroup)
      writer.zeros(4)
      ActionCodec.write(actions, to: &writer, context)
    }
    writer.patch16(at: start, writer.count - start)
  }

  private func writeProperties(to writer: inout WireWriter, isSelect: Bool) {
    if isSelect || weight != 0 {
      writer.u16(Property.weight)
      writer.u16(8)
      writer.u16(weight)
      writer.zeros(2)
    }
    if watchPort != OpenFlowPort.none {
      writer.u16(Property.watchPort)
      writer.u16(8)
      writer.port32(watchPort)
    }
    if watchGroup != GroupID.any {
      writer.u16(Property.watchGroup)
      writer.u16(8)
      writer.u32(watchGroup)
    }
  }
}
