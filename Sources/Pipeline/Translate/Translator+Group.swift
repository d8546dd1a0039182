import Fields
import OpenFlow

/// Groups. A bucket is an action set that is carried out on a copy: what it did to the packet is
/// undone behind it, and an error or exit in one bucket does not end what follows.
extension Translator {
  /// Buckets that are carried out one after the other, and what to come back to behind each.
  struct BucketRun {
    let buckets: [GroupBucket]
    let flow: Flow
    let innerTags: [VLANTag]
    let tagType: UInt16
    let wasMPLS: Bool
    let before: Before
    let table: UInt8
    let rule: Rule?
    let depth: Int
    let traceParent: Int
  }

  /// `group:ID`. Says false when there is no such group: then the rest of the list is not done.
  func enterGroup(_ id: UInt32) -> Bool {
    guard depth < TranslationBudget.depth else {
      fail(.recursionTooDeep)
      return true
    }
    let budget =
      TranslationBudget.resubmits + crossings * TranslationBudget.resubmitsPerCrossing
    guard resubmits < budget else {
      fail(.tooManyResubmits)
      return true
    }
    guard actions.count < TranslationBudget.actions else {
      fail(.tooManyActions)
      return true
    }
    guard let group = group(id) else {
      warn("output to nonexistent group \(id)")
      return false
    }
    resubmits += 1
    switch group.type {
    case .all, .indirect:
      effects.append(.group(group, bucket: nil))
      start(group.buckets)
    case .select: select(group)
    case .fastFailover: choose(group, firstLiveBucket(group, depth: 0))
    }
    return true
  }

  private func choose(_ group: Group, _ index: Int?) {
    guard let index else { return note("no live bucket") }
    note("using bucket \(group.buckets[index].id)")
    effects.append(.group(group, bucket: index))
    start([group.buckets[index]])
  }

  private func start(_ buckets: [GroupBucket]) {
    stack.append(
      .buckets(
        BucketRun(
          buckets: buckets, flow: flow, innerTags: innerTags, tagType: tagType, wasMPLS: wasMPLS,
          before: before(), table: table, rule: rule, depth: depth,
          traceParent: trace?.parent ?? 0), next: 0))
  }

  /// Carries out the next bucket on the packet as it came to the group.
  func continueBuckets(_ run: BucketRun, _ next: Int) {
    if next > 0 { leave(run.before, copying: isIrreversible) }
    flow = run.flow
    wasMPLS = run.wasMPLS
    innerTags = run.innerTags
    tagType = run.tagType
    table = run.table
    rule = run.rule
    depth = run.depth
    trace?.parent = run.traceParent
    guard next < run.buckets.count else { return }
    let bucket = run.buckets[next]
    depth += 1
    stack.append(.buckets(run, next: next + 1))
    trace?.enter(.bucket, "bucket \(bucket.id)")
    let list = ActionSet.list(bucket.actions)
    if list.isEmpty {
      trace?.add(.action, "drop")
    } else {
      stack.append(.actions(WorkList(list), next: 0))
    }
  }

  // MARK: Liveness

  /// Groups that watch groups are followed so far.
  private static let livenessDepth = 128

  private func firstLiveBucket(_ group: Group, depth: Int) -> Int? {
    group.buckets.firstIndex { bucket in
      if isLive(bucket, of: group, depth: depth) { return true }
      noteNotLive(bucket)
      return false
    }
  }

  private func isLive(_ bucket: GroupBucket, of group: Group, depth: Int) -> Bool {
    guard depth < Self.livenessDepth else {
      report("bucket chaining exceeded \(Self.livenessDepth) links")
      return false
    }
    if group.type == .select && bucket.weight == 0 { return false }
    guard bucket.hasLiveness else { return true }
    if bucket.watchPort == OpenFlowPort.controller {
      if bridge.hasLiveController { return true }
    } else if bucket.watchPort != OpenFlowPort.none {
      if bridge.ports[bucket.watchPort]?.isLive == true { return true }
    }
    guard bucket.watchGroup != GroupID.any, let watched = self.group(bucket.watchGroup) else {
      return false
    }
    return firstLiveBucket(watched, depth: depth + 1) != nil
  }

  private func noteNotLive(_ bucket: GroupBucket) {
    guard trace != nil else { return }
    var reasons: [String] = []
    if bucket.watchPort != OpenFlowPort.none {
      reasons.append("port \(OpenFlowPort.text(bucket.watchPort))")
    }
    if bucket.watchGroup != GroupID.any { reasons.append("port \(bucket.watchGroup)") }
    note("bucket \(bucket.id): not live due to \(reasons.joined(separator: " and "))")
  }

  // MARK: Choice

  private func select(_ group: Group) {
    switch group.choice {
    case .flowHash:
      examineFlowHash()
      choose(
        group,
        bestLiveBucket(group, basis: SymmetricHash.l4(flow.key, innerTags, basis: 0)))
    case .fields: choose(group, bestLiveBucket(group, basis: hashOfFields(group.selection)))
    case .datapathHash(let hash):
      guard flow.dpHash != 0 else { return askForHash(group, hash) }
      wildcards.dpHash |= hash.mask
      choose(group, pick(group, hash, flow.dpHash))
    }
  }

  /// The datapath computes the hash; then the packet comes back to the group. A hash is never zero.
  private func askForHash(_ group: Group, _ hash: GroupChoice.DatapathHash) {
    note("no live bucket")
    freeze(resumingWith: [GroupAction(group.id)]) {
      $0.actions.append(.hash(algorithm: hash.algorithm, basis: hash.basis))
    }
  }

  /// The first live bucket from the hash's place in the table on: buckets are spread over the places,
  /// so the share of one that is not live goes to all others.
  private func pick(_ group: Group, _ hash: GroupChoice.DatapathHash, _ value: UInt32) -> Int? {
    for offset in 0...hash.mask {
      let index = hash.table[Int((value &+ offset) & hash.mask)]
      if isLive(group.buckets[index], of: group, depth: 0) { return index }
    }
    return nil
  }

  /// The bucket with the highest score: a hash of its ID and of the packet, times its weight. A bucket
  /// that dies moves only its own packets.
  private func bestLiveBucket(_ group: Group, basis: UInt32) -> Int? {
    var best: Int?
    var bestScore: UInt32 = 0
    for (index, bucket) in group.buckets.enumerated() {
      guard isLive(bucket, of: group, depth: 0) else {
        noteNotLive(bucket)
        continue
      }
      let score = (IntegerHash.hash(bucket.id, basis: basis) & 0xffff) &* UInt32(bucket.weight)
      if score >= bestScore { (best, bestScore) = (index, score) }
      note("bucket \(bucket.id): score \(score)")
    }
    return best
  }

  private func hashOfFields(_ selection: GroupSelection) -> UInt32 {
    var hash = IntegerHash.hash64(selection.parameter)
    for item in selection.fields where hasPrerequisite(of: item.field) {
      let value = item.field.value(in: flow) & item.mask
      hash = IntegerHash.hash(value, byteCount: item.field.hashBytes, basis: hash)
      examine(item.field, item.mask)
    }
    return hash
  }

  /// Adds what `SymmetricHash.l4` reads to the mask.
  private func examineFlowHash() {
    wildcards.key.ethSrc = .broadcast
    wildcards.key.ethDst = .broadcast
    wildcards.key.vlanTCI |= 0x1fff
    if isIPv4 {
      wildcards.key.ipv4Src = .max
      wildcards.key.ipv4Dst = .max
    } else if isIPv6 {
      wildcards.key.ipv6Src = .max
      wildcards.key.ipv6Dst = .max
    }
    guard isIP else { return }
    wildcards.key.ipProto = .max
    if flow.key.ipProto != IPProtocol.udp, transportProtocol() != nil {
      wildcards.key.tpSrc = .max
      wildcards.key.tpDst = .max
    }
  }
}

extension MatchField {
  /// How many bytes the field's value has in hashes: as on the wire.
  fileprivate var hashBytes: Int { min(wireBytes, 16) }
}

extension BridgePort {
  /// Whether packets could leave: what groups watch.
  var isLive: Bool { linkUp && !config.contains(.portDown) }
}
