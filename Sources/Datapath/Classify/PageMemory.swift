import CDPDKShim

/// A range of zeroed pages, huge ones where the machine has some: big tables in 4 KB pages cost 40%
/// more per packet (TLB misses). Owned by whoever mapped it; freed by `unmap`.
struct PageMemory {
  private(set) var base: UnsafeMutableRawPointer
  private(set) var size: Int

  /// Nil when the machine is out of memory. Untouched plain pages cost nothing.
  static func map(_ byteCount: Int, huge: Bool) -> PageMemory? {
    var size = max(byteCount, 1)
    var gotHuge: Int32 = 0
    guard let base = pb_arena_map(&size, huge ? 1 : 0, &gotHuge) else { return nil }
    return PageMemory(base: base, size: size)
  }

  func unmap() { pb_arena_unmap(base, size) }

  func bound<T>(to type: T.Type) -> UnsafeMutablePointer<T> {
    base.bindMemory(to: T.self, capacity: size / MemoryLayout<T>.stride)
  }
}

/// Cache-line aligned, zeroed memory of the C heap.
func allocateLines<T>(_ type: T.Type, count: Int) -> UnsafeMutablePointer<T> {
  let size = (count * MemoryLayout<T>.stride + 63) & ~63
  let raw = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
  raw.initializeMemory(as: UInt8.self, repeating: 0, count: size)
  return raw.bindMemory(to: T.self, capacity: count)
}
