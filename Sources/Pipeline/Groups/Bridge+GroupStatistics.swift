import OpenFlow

/// Questions about groups. Control thread.
extension Bridge {
  /// Counters of the group called `id`, or of all.
  public func groupStatistics(_ id: UInt32) -> [GroupStatsReply.Group] {
    pipeline.megaflows.refreshStatistics()
    let now = pipeline.now()
    return pipeline.crediting {
      groups.select(id).map { group in
        var entry = GroupStatsReply.Group(id: group.id)
        entry.references = UInt32(clamping: index.count(ofGroup: group.id))
        entry.duration = UInt64(clamping: now - group.created) &* 1_000_000
        entry.counts = GroupStatsReply.Counts(group.counts)
        entry.buckets = group.bucketCounts.map(GroupStatsReply.Counts.init)
        return entry
      }
    }
  }

  public func groupDescriptions(_ id: UInt32) -> [GroupDescriptionReply.Group] {
    groups.select(id).map {
      GroupDescriptionReply.Group(
        id: $0.id, type: $0.type, buckets: $0.buckets, selection: $0.selection)
    }
  }
}

extension GroupStatsReply.Counts {
  fileprivate init(_ counts: Group.Counts) {
    self.init()
    packets = counts.packets
    bytes = counts.bytes
  }
}
