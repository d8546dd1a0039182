import CDPDKShim
import Glibc

/// The packet buffers of the process: pools by buffer size, shared by all ports that need that size.
///
/// A pool cannot grow; when a caller needs more than the newest pool of a size was made for, a
/// bigger one is made beside it, and ports that came earlier keep theirs. Any thread.
public final class MempoolRegistry {
  public static let shared = MempoolRegistry()
  /// Data room of a buffer for standard frames, without headroom.
  public static let defaultBufferSize = 2048
  /// Buffers of the first pool of a size.
  public static let initialCount = 8192
  /// Per-thread caches of a pool, in buffers.
  private static let cacheSize = 256

  private struct Pool {
    let pool: OpaquePointer
    let count: Int
    var promised: Int
  }
  private var pools: [Int: Pool] = [:]
  private var made = 0
  private var lock = pthread_mutex_t()

  /// A pool with buffers of at least `bufferSize` bytes that can spare `count` of them.
  public func pool(bufferSize: Int, count: Int = 512) throws -> OpaquePointer {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    let size = min((max(bufferSize, 256) + 1023) & ~1023, 64 << 10 - 1024)
    if var pool = pools[size], pool.promised + count <= pool.count {
      pool.promised += count
      pools[size] = pool
      return pool.pool
    }
    let pool = try create(size, atLeast: count)
    pools[size] = pool
    return pool.pool
  }

  /// Takes back a promise that `pool` made; the pool itself stays for whoever comes next.
  public func release(_ released: OpaquePointer, count: Int) {
    pthread_mutex_lock(&lock)
    defer { pthread_mutex_unlock(&lock) }
    for (size, var pool) in pools where pool.pool == released {
      pool.promised = max(0, pool.promised - count)
      pools[size] = pool
    }
  }

  /// As many buffers as there is memory for, between `count` and a comfortable number.
  private func create(_ size: Int, atLeast count: Int) throws -> Pool {
    var wanted = max(MempoolRegistry.initialCount, count)
    // Every thread's cache may keep some buffers from all others.
    while true {
      made += 1
      let n = UInt32(clamping: wanted - 1)
      let cache = UInt32(min(MempoolRegistry.cacheSize, wanted / 8))
      if let pool = pb_pool_create("patchbay-\(size)-\(made)", n, cache, UInt16(size)) {
        return Pool(pool: pool, count: wanted, promised: count)
      }
      let failure = pb_rte_errno()
      guard wanted / 2 >= count, wanted / 2 >= 512 else { throw EALError(code: failure) }
      wanted /= 2
    }
  }

  /// A buffer that holds a copy of a frame; nil when it is too long or the pool is empty.
  static func packet(from frame: UnsafeRawBufferPointer, pool: OpaquePointer) -> OpaquePointer? {
    guard let packet = pb_mbuf_alloc(pool) else { return nil }
    guard frame.count <= Int(pb_mbuf_tailroom(packet)), let data = pb_mbuf_data(packet) else {
      pb_mbuf_free(packet)
      return nil
    }
    UnsafeMutableRawBufferPointer(start: data, count: frame.count).copyBytes(from: frame)
    pb_mbuf_set_length(packet, UInt32(frame.count))
    return packet
  }
}
