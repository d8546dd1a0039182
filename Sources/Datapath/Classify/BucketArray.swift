import CDPDKShim
import Fields

/// The hash table inside a `Subtable`: buckets of six (tag, flow) pairs, a power of two of them, open
/// addressing from bucket to bucket. A bucket counts the flows that found it full and went on
/// (`tags[7]`), so a search ends at the first bucket that nothing passed, and removal leaves no
/// tombstones. It does not grow and never fills up: see `Subtable+Grow`. Worker's thread only.
struct BucketArray {
  let buckets: UnsafeMutablePointer<pb_bucket>
  let bucketMask: UInt64
  private let memory: PageMemory?

  var count: Int { Int(bucketMask + 1) }

  /// On the heap.
  init(count: Int) {
    buckets = allocateLines(pb_bucket.self, count: count)
    bucketMask = UInt64(count - 1)
    memory = nil
  }

  /// In zeroed pages of its own.
  init(count: Int, in memory: PageMemory) {
    self.memory = memory
    buckets = memory.bound(to: pb_bucket.self)
    bucketMask = UInt64(count - 1)
  }

  /// Frees the buckets, or leaves that to the control side.
  func free(_ supply: UnsafeMutablePointer<MemorySupply>?) {
    guard let memory else { return buckets.deallocate() }
    if let supply { supply.pointee.discard(memory) } else { memory.unmap() }
  }

  /// Has the first bucket of a search fetched.
  @inline(__always) func prefetch(_ hash: UInt64) {
    pb_prefetch(buckets + Int(truncatingIfNeeded: hash & bucketMask))
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

  /// The deep flow that the keys match.
  @inline(__always)
  func findDeep(_ long: UnsafeMutablePointer<LongKey>, _ hash: UInt64) -> FlowPointer? {
    var index = hash & bucketMask
    let tag = bucketTag(hash)
    while true {
      let bucket = buckets + Int(truncatingIfNeeded: index)
      var candidates = pb_bucket_match(bucket, tag)
      while candidates != 0 {
        let flow = bucket.flow(candidates.trailingZeroBitCount >> 1)
        if let record = flow.pointee.record, record.matches(long) { return flow }
        candidates &= candidates &- 1
      }
      if bucket.tags[7] == 0 { return nil }
      index = (index &+ 1) & bucketMask
    }
  }

  /// Puts a flow in that is not there.
  func place(_ flow: FlowPointer, _ hash: UInt64) {
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

  /// Takes a flow out; false when it is not there.
  func remove(_ flow: FlowPointer, _ hash: UInt64) -> Bool {
    guard let (index, way) = locate(UInt64(UInt(bitPattern: flow)), hash) else { return false }
    let bucket = buckets + Int(index)
    bucket.tags[way] = 0
    bucket.flows[way] = 0
    var passed = hash & bucketMask
    while passed != index {
      (buckets + Int(passed)).tags[7] &-= 1
      passed = (passed &+ 1) & bucketMask
    }
    return true
  }

  func forEach(_ body: (FlowPointer) -> Void) {
    for index in 0..<count { forEach(in: index, body) }
  }

  /// The flows of one bucket; `body` may remove them.
  func forEach(in index: Int, _ body: (FlowPointer) -> Void) {
    let bucket = buckets + index
    for way in 0..<6 where bucket.tags[way] != 0 { body(bucket.flow(way)) }
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
}
