import CDPDKShim

/// Memory that DPDK's heaps keep beforehand, as the operator asked (`dpdk-socket-mem`).
///
/// EAL would take it while it starts: the kernel clears each page, a gigabyte is a quarter of a second,
/// and all traffic waits. So the environment starts with what the ports need, and the rest is taken by
/// another thread when packets flow already. While that goes on, memory that is taken and not yet
/// given to the heap looks used; who finds too little waits for its end and looks again.
///
/// Any thread but workers.
public enum MemoryReserve {
  private static let filling = Lock()

  /// Sees to `megabytes` in the heap of a node, which nothing gives back to the system any more.
  /// Returns whether there were enough hugepages; takes those there are.
  public static func fill(megabytes: Int, node: Int) -> Bool {
    filling.withLock { pb_heap_reserve(Int32(node), UInt64(clamping: megabytes) << 20) == 0 }
  }

  /// Returns when nothing is being taken.
  static func wait() { filling.withLock {} }
}
