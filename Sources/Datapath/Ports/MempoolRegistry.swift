import CDPDKShim

/// The packet buffers of the process: pools by buffer size, shared by all ports that need that size.
///
/// Ethdevs keep buffers in their queues for ever, so they are promised a number of buffers; what
/// passes through (taps, sockets, packet-outs) needs no promise. A pool cannot grow: a promise that
/// none of a size's pools can make any more brings another pool. Buffers of an ethdev are in memory of
/// its NUMA node. What is promised follows the `PoolModel`: the database may ask for pools of a port's own,
/// or for few sizes. Any thread.
public final class MempoolRegistry {
  public static let shared = MempoolRegistry()
  /// Data room of a buffer for standard frames, without headroom.
  public static let defaultBufferSize = 2048
  /// The largest data room that a buffer's 16-bit length allows.
  public static let maxBufferSize = 63 << 10
  /// Buffers of a pool, unless more are needed; of larger ones fewer, so that a pool for jumbo frames
  /// leaves memory for all others.
  public static let initialCount = 8192
  /// Per-thread caches of a pool, in buffers.
  private static let cacheSize = 256

  /// Buffers of a pool that are never promised: for packets under way.
  private static let reserve = 2048

  private struct Pool {
    let pool: OpaquePointer
    let size: Int
    let node: Int?
    /// The only port that is promised buffers of it; nil: shared.
    let owner: String?
    let count: Int
    var promised: Int
    /// Given to someone without a promise: it is never known to be out of use.
    var isCommon: Bool
  }
  /// Where "any node" is one.
  private static var onlyNode: Int? {
    let node = Int(pb_only_node())
    return node < 0 ? nil : node
  }
  private var pools: [Pool] = []
  private var model = PoolModel()
  private var made = 0
  private let lock = Lock()

  /// For promises from now on.
  public func setModel(_ model: PoolModel) { lock.withLock { self.model = model } }

  /// A pool with buffers of at least `bufferSize` bytes, `count` of them promised to the caller.
  /// - Parameter node: where they are to be; nil where any will do.
  /// - Parameter owner: the port that is promised them, in case that ports are to share nothing.
  /// - Throws: `MemoryShortage`.
  public func pool(
    bufferSize: Int, count: Int = 0, node: Int? = nil, owner: String? = nil
  ) throws -> OpaquePointer {
    let node = node ?? MempoolRegistry.onlyNode
    return try lock.withLock {
      let size =
        count == 0 ? PoolModel.rounded(bufferSize) : model.size(room: bufferSize, node: node)
      let owner = model.isPerPort && count > 0 ? owner : nil
      for i in pools.indices
      where pools[i].size == size && pools[i].owner == owner
        && (node == nil || pools[i].node == node)
      {
        if count == 0 || pools[i].promised + count + MempoolRegistry.reserve <= pools[i].count {
          pools[i].promised += count
          if count == 0 { pools[i].isCommon = true }
          return pools[i].pool
        }
      }
      let pool = try create(size, promised: count, node, owner)
      pools.append(pool)
      return pool.pool
    }
  }

  /// Takes a promise back, once the queues that had it are gone.
  public func giveBack(_ pool: OpaquePointer, count: Int) {
    lock.withLock {
      for i in pools.indices where pools[i].pool == pool {
        pools[i].promised = max(pools[i].promised - count, 0)
      }
    }
  }

  /// A comfortable number of buffers, or as many as there is memory for.
  private func create(_ size: Int, promised count: Int, _ node: Int?, _ owner: String?) throws
    -> Pool
  {
    let least = count + (count == 0 ? 512 : MempoolRegistry.reserve)
    let comfortable =
      MempoolRegistry.initialCount * MempoolRegistry.defaultBufferSize
      / max(size, MempoolRegistry.defaultBufferSize)
    var wanted = max(comfortable, least)
    while true {
      // Trying takes all hugepages there are before it fails, and long.
      var shortage = MemoryShortage(count: wanted, size: size, node: node)
      if !shortage.isOver {
        MemoryReserve.wait()
        shortage = MemoryShortage(count: wanted, size: size, node: node)
      }
      if shortage.isOver,
        let pool = make(size, count: wanted, node)
      {
        return Pool(
          pool: pool, size: size, node: node, owner: owner, count: wanted, promised: count,
          isCommon: count == 0)
      }
      if freeUnused() { continue }
      guard wanted > least else { throw shortage }
      wanted = max(wanted / 2, least)
    }
  }

  private func make(_ size: Int, count: Int, _ node: Int?) -> OpaquePointer? {
    made += 1
    let cache = UInt32(min(MempoolRegistry.cacheSize, count / 8))
    return pb_pool_create(
      "patchbay-\(size)-\(made)", UInt32(clamping: count - 1), cache, UInt16(size),
      Int32(node ?? -1))
  }

  /// Frees the pools that nobody uses any more, when memory runs out; false when there are none.
  private func freeUnused() -> Bool {
    let unused = pools.filter { !$0.isCommon && $0.promised == 0 && pb_pool_in_use($0.pool) == 0 }
    for pool in unused { pb_pool_free(pool.pool) }
    pools.removeAll { pool in unused.contains { $0.pool == pool.pool } }
    return !unused.isEmpty
  }

  /// A buffer that holds a copy of a frame; nil when it is too long or there is no memory.
  static func packet(from frame: UnsafeRawBufferPointer, pool: OpaquePointer) -> OpaquePointer? {
    guard let packet = pb_mbuf_alloc_long(pool, UInt32(clamping: frame.count)),
      let data = pb_mbuf_data(packet)
    else { return nil }
    UnsafeMutableRawBufferPointer(start: data, count: frame.count).copyBytes(from: frame)
    pb_mbuf_set_length(packet, UInt32(frame.count))
    return packet
  }
}
