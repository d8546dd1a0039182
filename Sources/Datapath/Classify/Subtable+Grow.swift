import CDPDKShim

/// How a subtable grows without a pause. With three flows per bucket on average it gets an array of four
/// times as many buckets; from then on every flow that is added moves up to `step` buckets over, so the
/// old array is empty long before the new one has to grow. Big arrays are made of huge pages, which the
/// control side gets ready when the table is two thirds full (`MemorySupply`).
extension Subtable {
  /// Buckets that are moved per added flow. A table that is no bigger moves at once.
  static let step = 4
  /// Flows per bucket from which on the table wants to grow, and must, ready or not.
  private static let wanted = 3, latest = 5

  mutating func growIfNeeded(_ kernels: pb_kernels, _ supply: UnsafeMutablePointer<MemorySupply>?) {
    if oldLeft > 0 { return move(Subtable.step, kernels, supply) }
    let bytes = array.count * 4 * MemoryLayout<pb_bucket>.stride
    if bytes >= 2 << 20, flowCount == array.count * 2 { supply?.pointee.table.order(bytes) }
    guard flowCount >= array.count * Subtable.wanted,
      let bigger = biggerArray(bytes, isLate: flowCount >= array.count * Subtable.latest, supply)
    else { return }
    old = array
    oldLeft = array.count
    array = bigger
    move(Subtable.step, kernels, supply)
  }

  /// Moves the flows of so many buckets to the new array.
  mutating func move(
    _ count: Int, _ kernels: pb_kernels, _ supply: UnsafeMutablePointer<MemorySupply>?
  ) {
    guard let old else { return }
    for _ in 0..<min(count, oldLeft) {
      let index = old.count - oldLeft
      old.forEach(in: index) { flow in
        let hash = self.hash(of: flow, kernels)
        if old.remove(flow, hash) { array.place(flow, hash) }
      }
      oldLeft -= 1
    }
    guard oldLeft == 0 else { return }
    self.old = nil
    old.free(supply)
  }

  /// Without memory the table stays as it is and gets slower: six places in each bucket have room for
  /// twice as many flows.
  private func biggerArray(
    _ bytes: Int, isLate: Bool, _ supply: UnsafeMutablePointer<MemorySupply>?
  ) -> BucketArray? {
    let count = array.count * 4
    if bytes < 64 << 10 { return BucketArray(count: count) }
    let isHuge = bytes >= 2 << 20
    var pages = isHuge ? supply?.pointee.table.take(bytes) : nil
    if pages == nil, !isHuge || isLate || supply == nil {
      pages = PageMemory.map(bytes, huge: isHuge)
    } else if pages == nil {
      supply?.pointee.table.order(bytes)
    }
    return pages.map { BucketArray(count: count, in: $0) }
  }
}
