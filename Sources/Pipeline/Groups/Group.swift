import OpenFlow

/// A group of a bridge: buckets, and how one of them is chosen. What is changed is replaced, so a
/// translation's effects go on pointing to the group that they were found with.
///
/// Threads: immutable, but for the counters, which are under the statistics lock.
public final class Group {
  public let id: UInt32
  public let type: GroupType
  public let buckets: [GroupBucket]
  public let selection: GroupSelection
  /// Milliseconds. A group that was modified keeps the time of its addition.
  public let created: Int64
  /// How a "select" group chooses.
  let choice: GroupChoice

  struct Counts: Equatable {
    var packets: UInt64 = 0
    var bytes: UInt64 = 0

    mutating func add(_ traffic: Traffic) {
      packets &+= traffic.packets
      bytes &+= traffic.bytes
    }
  }
  var counts = Counts()
  var bucketCounts: [Counts]

  init(
    id: UInt32, type: GroupType, buckets: [GroupBucket], selection: GroupSelection, created: Int64
  ) {
    self.id = id
    self.type = type
    self.buckets = buckets
    self.selection = selection
    self.created = created
    choice = type == .select ? GroupChoice(buckets, selection) : .flowHash
    bucketCounts = Array(repeating: Counts(), count: buckets.count)
  }

  /// Credits one bucket, or all of them for nil. Under the statistics lock.
  func credit(_ traffic: Traffic, bucket: Int?) {
    counts.add(traffic)
    if let bucket {
      bucketCounts[bucket].add(traffic)
    } else {
      for index in bucketCounts.indices { bucketCounts[index].add(traffic) }
    }
  }
}
