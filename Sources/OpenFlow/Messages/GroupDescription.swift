/// Asks what a group, or every group, is made of. OpenFlow 1.1 to 1.4 only know "every".
public struct GroupDescriptionRequest: Message {
  public static let places = [
    MessagePlace(.niciraStatsRequest(8)), MessagePlace(.statsRequest(7), .v11 ... .v15),
  ]

  public let groupID: UInt32

  public init(groupID: UInt32 = GroupID.all) { self.groupID = groupID }

  public init(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) {
    guard GroupBucket.hasProperties(context) else {
      groupID = GroupID.all
      return
    }
    groupID = try reader.u32()
    try reader.skip(4)
  }

  public func write(
    to writer: inout WireWriter, as identity: MessageIdentity, _ context: WireContext
  ) {
    guard GroupBucket.hasProperties(context) else { return }
    writer.u32(groupID)
    writer.zeros(4)
  }
}

/// Groups with their buckets and properties.
public struct GroupDescriptionReply: EntryReply {
  public static let places = [
    MessagePlace(.niciraStatsReply(8)), MessagePlace(.statsReply(7), .v11 ... .v15),
  ]

  public struct Group: Sendable {
    public var id: UInt32
    public var type: GroupType
    public var buckets: [GroupBucket]
    public var selection: GroupSelection

    public init(
      id: UInt32, type: GroupType, buckets: [GroupBucket],
      selection: GroupSelection = GroupSelection()
    ) {
      self.id = id
      self.type = type
      self.buckets = buckets
      self.selection = selection
    }
  }

  public let entries: [Group]

  public init(entries: [Group]) { self.entries = entries }

  public init(entries: [Group], as identity: MessageIdentity) { self.init(entries: entries) }

  public static func readEntry(
    from reader: inout WireReader, as identity: MessageIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> Group {
    let length = Int(try reader.u16())
    guard length >= 8 else { throw .badLength }
    var entry = try reader.sub(length - 2, tooShort: .badLength)
    guard let type = GroupType(rawValue: try entry.u8()) else { throw .badGroupType }
    try entry.skip(1)
    var group = Group(id: try entry.u32(), type: type, buckets: [])
    guard GroupBucket.hasProperties(context) else {
      group.buckets = try GroupBucket.readList(
        from: &entry, isSelect: type == .select, context)
      return group
    }
    let bucketsLength = Int(try entry.u16())
    try entry.skip(6)
    var buckets = try entry.sub(bucketsLength, tooShort: .badLength)
    group.buckets = try GroupBucket.readList(
      from: &buckets, isSelect: type == .select, context)
    group.selection = try GroupSelection.readProperties(from: &entry) { () throws(OpenFlowError) in
      guard type == .select else { throw .badPropertyValue }
    }
    return group
  }

  public static func write(
    _ entry: Group, to writer: inout WireWriter, as identity: MessageIdentity,
    _ context: WireContext
  ) {
    let start = writer.count
    writer.zeros(2)
    writer.u8(entry.type.rawValue)
    writer.zeros(1)
    writer.u32(entry.id)
    let lengthAt = writer.count
    if GroupBucket.hasProperties(context) { writer.zeros(8) }
    let bucketsStart = writer.count
    for bucket in entry.buckets {
      bucket.write(to: &writer, isSelect: entry.type == .select, context)
    }
    if GroupBucket.hasProperties(context) {
      writer.patch16(at: lengthAt, writer.count - bucketsStart)
      entry.selection.write(to: &writer, context)
    }
    writer.patch16(at: start, writer.count - start)
  }
}
