import CDPDKShim
import Fields

/// The flow cache: from a packet's hash to the megaflow that packets with this hash had.
///
/// Buckets of one cache line hold six (tag, flow) pairs. A tag is 16 bits of the hash; whether the
/// flow is the packet's is decided by the masked comparison with the flow itself, so an entry is 10
/// bytes and there is no copy of the key. The hash is taken over the fields that *any* megaflow of
/// the port matches (`Classifier.unionMask`): packets that no megaflow tells apart share one entry,
/// so a million connections under one megaflow need one.
///
/// Entries are never removed: see `FlowSlot` on dead flows. Worker's thread only.
struct FlowCache {
  private let memory: PageMemory
  let buckets: UnsafeMutablePointer<pb_bucket>
  let bucketMask: UInt64
  private var victim: UInt32 = 0

  init?(entries: Int, huge: Bool) {
    var count = 1
    while count * 6 < entries { count *= 2 }
    guard let memory = PageMemory.map(count * MemoryLayout<pb_bucket>.stride, huge: huge) else {
      return nil
    }
    self.memory = memory
    buckets = memory.bound(to: pb_bucket.self)
    bucketMask = UInt64(count - 1)
  }

  @inline(__always) func bucket(_ hash: UInt64) -> UnsafeMutablePointer<pb_bucket> {
    buckets + Int(truncatingIfNeeded: hash & bucketMask)
  }

  /// Remembers a flow under a hash: in the place of the first entry with this tag, because that is
  /// the one that a search looks at (its flow may have died, or shares the tag by chance); else in an
  /// empty place, else in another entry's.
  mutating func insert(_ hash: UInt64, _ flow: FlowPointer) {
    let bucket = self.bucket(hash)
    let tag = bucketTag(hash)
    let same = pb_bucket_match(bucket, tag)
    let places = same != 0 ? same : pb_bucket_match(bucket, 0)
    var way = places.trailingZeroBitCount >> 1
    if way >= 6 {
      victim = victim &* 1_664_525 &+ 1_013_904_223
      way = Int((victim >> 16) % 6)
    }
    bucket.tags[way] = tag
    bucket.flows[way] = UInt64(UInt(bitPattern: flow))
  }

  func destroy() { memory.unmap() }
}

/// The tag of a hash: never 0, and from other bits than the bucket's index.
@inline(__always) func bucketTag(_ hash: UInt64) -> UInt16 {
  UInt16(truncatingIfNeeded: hash >> 48) | 1
}

extension UnsafeMutablePointer where Pointee == pb_bucket {
  /// Six tags, an unused word, and the count of flows that went on to the next bucket.
  @inline(__always) var tags: UnsafeMutablePointer<UInt16> {
    UnsafeMutableRawPointer(self).assumingMemoryBound(to: UInt16.self)
  }
  /// Six addresses of `FlowSlot`s.
  @inline(__always) var flows: UnsafeMutablePointer<UInt64> {
    UnsafeMutableRawPointer(self).advanced(by: 16).assumingMemoryBound(to: UInt64.self)
  }
  /// The flow of a way that is not empty.
  @inline(__always) func flow(_ way: Int) -> FlowPointer {
    FlowPointer(bitPattern: UInt(flows[way])).unsafelyUnwrapped
  }
}
