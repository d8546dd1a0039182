import CDPDKShim
import Fields

/// The megaflows of one port that have the same mask: a hash table of `pb_bucket`s, open addressing
/// from bucket to bucket. A bucket counts the flows that found it full and went on (`tags[7]`), so a
/// search ends at the first bucket that nothing passed, and removal leaves no tombstones.
///
/// The mask is the first member: a flow's mask pointer is also the pointer to its subtable.
/// Worker's thread only; memory is taken and given back on the mailbox path, never per packet.
struct Subtable {
  var mask: FlowMask
  var buckets: UnsafeMutablePointer<pb_bucket>
  var bucketMask: UInt64
  var flowCount = 0
  /// Hits since the classifier was sorted last.
  var hits: UInt64 = 0
  private var memory: PageMemory?

  /// A table with room for a few flows; on a cache line of its own.
  static func create(_ mask: FlowMask) -> UnsafeMutablePointer<Subtable> {
    let table = allocateLines(Subtable.self, count: 1)
    let buckets = allocateLines(pb_bucket.self, count: 2)
    table.initialize(to: Subtable(mask: mask, buckets: buckets, bucketMask: 1))
    return table
  }

  static func destroy(_ table: UnsafeMutablePointer<Subtable>) {
    table.pointee.freeBuckets()
    table.deallocate()
  }

  private init(mask: FlowMask, buckets: UnsafeMutablePointer<pb_bucket>, bucketMask: UInt64) {
    self.mask = mask
    self.buckets = buckets
    self.bucketMask = bucketMask
  }

  /// The flow that the key matches.
  @inline(__always) func find(_ key: UnsafePointer<FlowKey>, _ hash: UInt64) -> FlowPointer? {
    var index = hash & bucketMask
    let tag = bucketTag(hash)
    while true {
      let bucket = buckets + Int(truncatingIfNeeded: index)
      var candidates = pb_bucket_match(bucket, tag)
      while candidates != 0 {
        let flow = bucket.flow(candidates.trailingZeroBitCount >> 1)
        if pb_key_matches(key, flow, flow.pointee.mask) != 0 { return flow }
        candidates &= candidates &- 1
      }
      if bucket.tags[7] == 0 { return nil }
      index = (index &+ 1) & bucketMask
    }
  }

  /// Adds a flow that is not there yet. `rehash` gives the hash of a flow under this mask.
  mutating func insert(_ flow: FlowPointer, _ hash: UInt64, kernels: pb_kernels) {
    if (flowCount + 1) > Int(bucketMask + 1) * 3 { grow(kernels) }
    place(flow, hash)
    flowCount += 1
  }

  mutating func remove(_ flow: FlowPointer, _ hash: UInt64) {
    let value = UInt64(UInt(bitPattern: flow))
    guard let (index, way) = locate(value, hash) else { return }
    let bucket = buckets + Int(index)
    bucket.tags[way] = 0
    bucket.flows[way] = 0
    var passed = hash & bucketMask
    while passed != index {
      (buckets + Int(passed)).tags[7] &-= 1
      passed = (passed &+ 1) & bucketMask
    }
    flowCount -= 1
  }

  func forEach(_ body: (FlowPointer) -> Void) {
    for i in 0..<Int(bucketMask + 1) {
      let bucket = buckets + i
      for way in 0..<6 where bucket.tags[way] != 0 { body(bucket.flow(way)) }
    }
  }

  private func locate(_ value: UInt64, _ hash: UInt64) -> (UInt64, Int)? {
    var index = hash & bucketMask
    for _ in 0...bucketMask {
      let bucket = buckets + Int(index)
      for way in 0..<6 where bucket.tags[way] != 0 && bucket.flows[way] == value {
        return (index, way)
      }
      if bucket.tags[7] == 0 { return nil }
      index = (index &+ 1) & bucketMask
    }
    return nil
  }

  private func place(_ flow: FlowPointer, _ hash: UInt64) {
    var index = hash & bucketMask
    while true {
      let bucket = buckets + Int(index)
      for way in 0..<6 where bucket.tags[way] == 0 {
        bucket.tags[way] = bucketTag(hash)
        bucket.flows[way] = UInt64(UInt(bitPattern: flow))
        return
      }
      bucket.tags[7] &+= 1
      index = (index &+ 1) & bucketMask
    }
  }

  /// Four times as many buckets. Without memory the table stays and gets slower; six ways in each of
  /// the old buckets still have room for twice as many flows.
  private mutating func grow(_ kernels: pb_kernels) {
    let old = self
    let oldCount = Int(bucketMask + 1)
    let count = oldCount * 4
    let bytes = count * MemoryLayout<pb_bucket>.stride
    if bytes >= 64 << 10 {
      guard let pages = PageMemory.map(bytes, huge: bytes >= 2 << 20) else { return }
      memory = pages
      buckets = pages.bound(to: pb_bucket.self)
    } else {
      memory = nil
      buckets = allocateLines(pb_bucket.self, count: count)
    }
    bucketMask = UInt64(count - 1)
    for i in 0..<oldCount {
      let bucket = old.buckets + i
      for way in 0..<6 where bucket.tags[way] != 0 {
        let flow = bucket.flow(way)
        place(flow, kernels.hash(flow, flow.pointee.mask))
      }
    }
    old.freeBuckets()
  }

  private func freeBuckets() {
    if let memory { memory.unmap() } else { buckets.deallocate() }
  }
}

typealias SubtablePointer = UnsafeMutablePointer<Subtable>
