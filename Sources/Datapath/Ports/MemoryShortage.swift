import CDPDKShim

/// Why there are no packet buffers: what they need, what there is, and what would help. Its text is
/// what an operator reads in the column `error`.
public struct MemoryShortage: Error, Equatable, CustomStringConvertible {
  public var neededBytes: Int
  public var freeBytes: Int
  /// Nil where any node would do.
  public var node: Int?
  /// What `vm.nr_hugepages` must be; nil when DPDK runs without hugepages.
  public var wantedPages: Int?

  public init(neededBytes: Int, freeBytes: Int, node: Int?, wantedPages: Int?) {
    self.neededBytes = neededBytes
    self.freeBytes = freeBytes
    self.node = node
    self.wantedPages = wantedPages
  }

  /// As it is now, for a pool of `count` buffers of `size` bytes.
  init(count: Int, size: Int, node: Int?) {
    neededBytes = Int(pb_pool_bytes(UInt32(clamping: count), UInt16(clamping: size)))
    self.node = node
    let heap = Int(clamping: pb_heap_free(Int32(node ?? -1)))
    guard pb_has_hugepages() != 0 else {
      (freeBytes, wantedPages) = (heap, nil)
      return
    }
    let pages = Hugepages()
    freeBytes = heap + pages.freeBytes(node: node)
    wantedPages = pages.wantedPages(moreBytes: neededBytes - freeBytes)
  }

  /// There is enough after all.
  var isOver: Bool { neededBytes <= freeBytes }

  public var description: String {
    let needed = (neededBytes + (1 << 20) - 1) >> 20
    let free = freeBytes >> 20
    guard let wantedPages else {
      return "needs \(needed) MB of DPDK's memory, \(free) MB free: DPDK runs without hugepages; "
        + "reserve some (vm.nr_hugepages) and restart, set dpdk-alloc-mem higher, or lower n_rxq_desc"
    }
    let place = node.map { " on node \($0)" } ?? ""
    return "needs \(needed) MB of hugepages\(place), \(free) MB free: "
      + "set vm.nr_hugepages to \(wantedPages) or lower n_rxq_desc"
  }
}
