import Fields

/// Groups in text: `group_id=1,type=select,bucket=weight:5,actions=output:1` (ovs-ofctl(8), "Group
/// Syntax").
public enum GroupText {
  // MARK: Writing

  /// What `ovs-ofctl dump-groups` prints of a group, without the space in front.
  public static func format(
    _ group: GroupDescriptionReply.Group, _ version: OpenFlowVersion = .v15
  ) -> String {
    var text = "group_id=\(group.id),type=\(group.type.word)"
    appendSelection(group.selection, to: &text)
    let hasIDs = version == .v10 || version >= .v15
    for bucket in group.buckets {
      text += ",bucket="
      if hasIDs { text += "bucket_id:\(bucket.id)," }
      if bucket.weight != (group.type == .select ? 1 : 0) { text += "weight:\(bucket.weight)," }
      if bucket.watchPort != OpenFlowPort.none {
        text += "watch_port:\(OpenFlowPort.text(bucket.watchPort)),"
      }
      if bucket.watchGroup != GroupID.any { text += "watch_group:\(bucket.watchGroup)," }
      text += "actions=" + ActionText.format(bucket.actions)
    }
    return text
  }

  private static func appendSelection(_ selection: GroupSelection, to text: inout String) {
    guard !selection.method.isEmpty else { return }
    text += ",selection_method=\(selection.method)"
    if selection.parameter != 0 { text += ",selection_method_param=\(selection.parameter)" }
    let fields = selection.fields.map { item in
      item.mask == item.field.allOnes
        ? item.field.name : item.field.name + "=" + value(item.mask, item.field)
    }.joined(separator: ",")
    if selection.fields.count == 1 { text += ",fields=\(fields)" }
    if selection.fields.count > 1 { text += ",fields(\(fields))" }
  }

  private static func value(_ value: UInt128, _ field: MatchField) -> String {
    switch field.format {
    case .ethernet: EthernetAddress(UInt64(truncatingIfNeeded: value)).description
    case .ipv4: IPv4Text.format(UInt32(truncatingIfNeeded: value))
    case .ipv6: IPv6Text.format(value)
    case .decimal: String(value)
    default: Number.hex(value)
    }
  }

  // MARK: Reading

  /// Reads what `ovs-ofctl add-group` and its siblings take.
  public static func parse(
    _ text: some StringProtocol, _ command: GroupMod.Command = .add,
    _ context: TextContext = TextContext()
  ) throws(FlowTextError) -> GroupMod {
    let parts = split(Substring(text))
    var request = GroupMod(command, groupID: GroupID.any)
    guard command != .delete || !parts.head.allSatisfy(\.isWhitespace) else {
      request.groupID = GroupID.all
      return request
    }
    let hasType = [.add, .modify, .addOrModify].contains(command)
    guard parts.buckets.isEmpty || hasType || command == .insertBucket else {
      throw FlowTextError("bucket is not needed")
    }
    var hadType = false
    var hadCommandBucket = false
    for (key, value) in KeyValueText(parts.head) {
      switch key {
      case "group_id": request.groupID = try groupID(value)
      case "command_bucket_id":
        request.commandBucketID = try bucketID(value, command)
        hadCommandBucket = true
      case "type" where hasType:
        request.type = try type(value)
        hadType = true
      case "selection_method" where hasType: request.selection.method = value
      case "selection_method_param" where hasType:
        request.selection.parameter = try ActionText.number(value[...], key, as: UInt64.self)
      case "fields" where hasType: request.selection.fields = try fields(value, context)
      case "type", "selection_method", "selection_method_param", "fields":
        throw FlowTextError("\(key) is not needed")
      default: throw FlowTextError("unknown keyword \(key)")
      }
    }
    request.selection.sortFields()
    guard request.groupID != GroupID.any else { throw FlowTextError("must specify a group_id") }
    guard !hasType || hadType else { throw FlowTextError("must specify a type") }
    guard command != .insertBucket || hadCommandBucket else {
      throw FlowTextError("must specify a command bucket id")
    }
    for part in parts.buckets {
      request.buckets.append(try bucket(part, request, context))
    }
    number(&request.buckets)
    guard request.type != .indirect || request.buckets.count <= 1 else {
      throw FlowTextError("Indirect groups can have at most one bucket.")
    }
    return request
  }

  /// What stands before the first `bucket=`, and behind each.
  private static func split(_ text: Substring) -> (head: Substring, buckets: [Substring]) {
    var parts: [Substring] = []
    var start = text.startIndex
    var index = start
    while index < text.endIndex {
      if text[index...].hasPrefix("bucket=") {
        parts.append(text[start..<index])
        index = text.index(index, offsetBy: 7)
        start = index
      } else {
        index = text.index(after: index)
      }
    }
    parts.append(text[start...])
    return (parts.removeFirst(), parts)
  }

  private static func groupID(_ text: String) throws(FlowTextError) -> UInt32 {
    if text == "all" { return GroupID.all }
    let id = try ActionText.number(text[...], "group_id", as: UInt32.self)
    guard id <= GroupID.max || id == GroupID.all else {
      throw FlowTextError("invalid group id \(id)")
    }
    return id
  }

  private static func bucketID(
    _ text: String, _ command: GroupMod.Command
  ) throws(FlowTextError) -> UInt32 {
    guard command == .insertBucket || command == .removeBucket else {
      throw FlowTextError("command bucket id is not needed")
    }
    switch text {
    case "first": return GroupBucket.ID.first
    case "last": return GroupBucket.ID.last
    case "all":
      guard command == .removeBucket else {
        throw FlowTextError("command_bucket_id=all is not permitted")
      }
      return GroupBucket.ID.all
    default: return try ActionText.number(text[...], "command bucket id", as: UInt32.self)
    }
  }

  private static func type(_ text: String) throws(FlowTextError) -> GroupType {
    if text == "fast_failover" { return .fastFailover }
    guard let type = GroupType.allCases.first(where: { $0.word == text }) else {
      throw FlowTextError("invalid group type \(text)")
    }
    return type
  }

  private static func fields(
    _ text: String, _ context: TextContext
  ) throws(FlowTextError) -> [GroupSelection.HashField] {
    var fields: [GroupSelection.HashField] = []
    for (name, value) in KeyValueText(text) {
      guard let field = MatchFieldCatalog.field(named: name) else {
        throw FlowTextError("\(text): unknown field \(name)")
      }
      guard !fields.contains(where: { $0.field == field }) else {
        throw FlowTextError("\(name): duplicate field")
      }
      let mask = value.isEmpty ? nil : try FieldText.parse(value[...], for: field, context).value
      fields.append(GroupSelection.HashField(field, mask: mask))
    }
    return fields
  }

  private static func bucket(
    _ text: Substring, _ request: GroupMod, _ context: TextContext
  ) throws(FlowTextError) -> GroupBucket {
    var bucket = GroupBucket(id: GroupBucket.ID.all, weight: request.type == .select ? 1 : 0)
    var actions: [String] = []
    for (key, value) in KeyValueText(text) {
      switch key.lowercased() {
      case "weight": bucket.weight = try ActionText.number(value[...], key, as: UInt16.self)
      case "watch_port":
        guard let port = context.port(value),
          port < OpenFlowPort.max || port == OpenFlowPort.none || port == OpenFlowPort.controller
        else { throw FlowTextError("\(value): invalid watch_port") }
        bucket.watchPort = port
      case "watch_group":
        bucket.watchGroup = try ActionText.number(value[...], key, as: UInt32.self)
      case "bucket_id":
        bucket.id = try ActionText.number(value[...], key, as: UInt32.self)
        guard bucket.id <= GroupBucket.ID.max else {
          throw FlowTextError("invalid bucket_id id \(bucket.id)")
        }
      case "action", "actions": actions.append(value)
      default: actions.append("\(key)(\(value))")
      }
    }
    guard !actions.isEmpty else { throw FlowTextError("bucket must specify actions") }
    guard request.type != .fastFailover || bucket.hasLiveness else {
      throw FlowTextError("fast failover bucket requires watch_port or watch_group")
    }
    guard bucket.weight == 0 || request.type == .select || request.command == .insertBucket else {
      throw FlowTextError("Only select groups can have bucket weights.")
    }
    bucket.actions = try ActionText.parse(actions.joined(separator: ","), context)
    return bucket
  }

  /// Gives buckets without an ID the lowest ones that are free.
  private static func number(_ buckets: inout [GroupBucket]) {
    var used = Set(buckets.map(\.id))
    var next: UInt32 = 0
    for index in buckets.indices where buckets[index].id == GroupBucket.ID.all {
      while used.contains(next) { next += 1 }
      buckets[index].id = next
      used.insert(next)
    }
  }
}
