import OpenFlow

/// What controllers do to a bridge's groups. Control thread.
///
/// As in OVS, a group may lead to groups that do not exist (yet), or to itself: translation bounds
/// what comes of it. Flows may only name groups that exist, and go with them.
extension Bridge {
  /// Carries out a request, or throws the error that the switch answers with and changes nothing.
  public func apply(_ request: GroupMod) throws {
    try changeFlows { try carryOut(request, $0) }
  }

  /// Carries out a request as one of several changes. When it throws, it has done nothing.
  func carryOut(_ request: GroupMod, _ changes: FlowChanges) throws {
    let old = groups
    switch request.command {
    case .add: try addGroup(request)
    case .modify: try modifyGroup(request)
    case .addOrModify:
      if groups[request.groupID] == nil {
        try addGroup(request)
      } else {
        try modifyGroup(request)
      }
    case .insertBucket: try changeBuckets(request) { try $0.inserting(request) }
    case .removeBucket: try changeBuckets(request) { try $0.removing(request.commandBucketID) }
    case .delete: deleteGroups(request.groupID, changes)
    }
    changes.onRevert { [self] in groups = old }
  }

  private func addGroup(_ request: GroupMod) throws {
    guard groups[request.groupID] == nil else { throw OpenFlowError.groupExists }
    try insert(
      request, request.type, request.buckets, request.selection, created: pipeline.now())
  }

  private func modifyGroup(_ request: GroupMod) throws {
    guard let old = groups[request.groupID] else { throw OpenFlowError.unknownGroup }
    try insert(request, request.type, request.buckets, request.selection, created: old.created)
  }

  /// Changing buckets leaves type and selection as they are.
  private func changeBuckets(
    _ request: GroupMod, _ change: ([GroupBucket]) throws -> [GroupBucket]
  ) throws {
    guard let old = groups[request.groupID] else { throw OpenFlowError.unknownGroup }
    try insert(request, old.type, try change(old.buckets), old.selection, created: old.created)
  }

  private func insert(
    _ request: GroupMod, _ type: GroupType, _ buckets: [GroupBucket], _ selection: GroupSelection,
    created: Int64
  ) throws {
    guard request.groupID <= GroupID.max else { throw OpenFlowError.invalidGroup }
    for bucket in buckets { try ActionSupport.check(ActionTraits(of: bucket.actions)) }
    pipeline.noteChange(of: .group(request.groupID), in: self)
    groups.set(
      Group(
        id: request.groupID, type: type, buckets: buckets, selection: selection, created: created))
  }

  private func deleteGroups(_ id: UInt32, _ changes: FlowChanges) {
    let doomed = groups.select(id).map(\.id)
    for id in doomed {
      for rule in index.rules(ofGroup: id) { changes.remove(rule, .groupDelete, for: nil) }
      pipeline.noteChange(of: .group(id), in: self)
      groups.remove(id)
    }
  }
}

extension [GroupBucket] {
  /// The list with a request's buckets: first, last, or behind the bucket that it names.
  fileprivate func inserting(_ request: GroupMod) throws -> [GroupBucket] {
    let id = request.commandBucketID
    var place = id == GroupBucket.ID.last ? count : 0
    if id <= GroupBucket.ID.max {
      guard let index = firstIndex(where: { $0.id == id }) else {
        throw OpenFlowError.unknownBucket
      }
      place = index + 1
    }
    let new = self[..<place] + request.buckets + self[place...]
    guard ![GroupBucket](new).hasDuplicateID else { throw OpenFlowError.bucketExists }
    return [GroupBucket](new)
  }

  fileprivate func removing(_ id: UInt32) throws -> [GroupBucket] {
    switch id {
    case GroupBucket.ID.all: return []
    case GroupBucket.ID.first: return [GroupBucket](dropFirst())
    case GroupBucket.ID.last: return [GroupBucket](dropLast())
    default:
      guard let index = firstIndex(where: { $0.id == id }) else {
        throw OpenFlowError.unknownBucket
      }
      return [GroupBucket](self[..<index] + self[(index + 1)...])
    }
  }
}
