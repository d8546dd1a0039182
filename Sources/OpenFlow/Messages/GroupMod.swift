/// A request to add, change or delete groups, or buckets of a group.
public struct GroupMod: Message {
  public static let places = [
    MessagePlace(.nicira(31)), MessagePlace(.type(15), .v11 ... .v15),
  ]

  public enum Command: UInt16, Sendable {
    case add = 0
    case modify = 1
    case delete = 2
    /// Since OpenFlow 1.5.
    case insertBucket = 3
    case removeBucket = 5
    /// OVS's own.
    case addOrModify = 0x8000
  }

  public var command: Command
  public var type = GroupType.all
  public var groupID: UInt32
  /// Where buckets go or which ones go: a bucket's ID or one of `GroupBucket.ID`.
  public var commandBucketID = GroupBucket.ID.all
  public var buckets: [GroupBucket] = []
  public var selection = GroupSelection()

  public init(_ command: Command, groupID: UInt32) {
    self.command = command
    self.groupID = groupID
  }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard reader.remaining % 8 == 0 else { throw .badLength }
    let word = try reader.u16()
    let typeByte = try reader.u8()
    try reader.skip(1)
    let command = Command(rawValue: word)
    self.init(command ?? .add, groupID: try reader.u32())
    let isSelect = typeByte == GroupType.select.rawValue
    if GroupBucket.hasProperties(context) {
      let bucketsLength = Int(try reader.u16())
      try reader.skip(2)
      commandBucketID = try reader.u32()
      guard Self.accepts(commandBucketID, command) else { throw .badBucket }
      var list = try reader.sub(bucketsLength, tooShort: .badBucket)
      buckets = try GroupBucket.readList(from: &list, isSelect: isSelect, context)
      var rest = WireReader(reader.rest())
      selection = try GroupSelection.readProperties(from: &rest) { () throws(OpenFlowError) in
        try Self.checkSelection(typeByte, command)
      }
    } else {
      buckets = try GroupBucket.readList(from: &reader, isSelect: isSelect, context)
      guard context.version < .v13 || command != .delete || buckets.isEmpty else {
        throw .invalidGroup
      }
    }
    guard let type = GroupType(rawValue: typeByte) else { throw .badGroupType }
    self.type = type
    guard type != .indirect || command == .delete || buckets.count == 1 else {
      throw .invalidGroup
    }
    guard command != nil else { throw .badGroupCommand }
    try check()
  }

  private static func accepts(_ id: UInt32, _ command: Command?) -> Bool {
    let isOne = id <= GroupBucket.ID.max || id == GroupBucket.ID.first || id == GroupBucket.ID.last
    switch command {
    case .removeBucket: return isOne || id == GroupBucket.ID.all
    case .insertBucket: return isOne
    default: return id == GroupBucket.ID.all
    }
  }

  /// Only "select" groups have a method of selection, and only commands that give a whole group.
  private static func checkSelection(
    _ type: UInt8, _ command: Command?
  ) throws(OpenFlowError) {
    guard let type = GroupType(rawValue: type) else { throw .badGroupType }
    guard type == .select else { throw .badPropertyValue }
    switch command {
    case .add, .modify, .addOrModify: return
    case .delete, .insertBucket, .removeBucket: throw .badPropertyValue
    case nil: throw .badGroupCommand
    }
  }

  /// What must hold of buckets, in the order in which OVS looks at it.
  private func check() throws(OpenFlowError) {
    guard command != .removeBucket || buckets.isEmpty else { throw .badBucket }
    for bucket in buckets {
      guard bucket.weight == 0 || type == .select || command == .insertBucket else {
        throw .invalidGroup
      }
      switch type {
      case .all, .indirect: guard !bucket.hasLiveness else { throw .groupWatchUnsupported }
      case .select: break
      case .fastFailover: guard bucket.hasLiveness else { throw .invalidGroup }
      }
    }
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    writer.u16(command.rawValue)
    writer.u8(type.rawValue)
    writer.zeros(1)
    writer.u32(groupID)
    let lengthAt = writer.count
    if GroupBucket.hasProperties(context) {
      writer.zeros(4)
      writer.u32(commandBucketID)
    }
    let start = writer.count
    for bucket in buckets {
      bucket.write(to: &writer, isSelect: type == .select, context)
    }
    guard GroupBucket.hasProperties(context) else { return }
    writer.patch16(at: lengthAt, writer.count - start)
    selection.write(to: &writer, context)
  }
}
