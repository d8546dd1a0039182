import Synchronization

/// A prefix trie that learns of changes when somebody asks it.
///
/// To add a prefix to a large trie takes longer than all else that there is to adding a rule: a walk
/// from node to node, each somewhere else in memory. But when a million rules are added nobody asks for
/// most of the states in between. So changes are only written down, and whoever looks something up
/// first works them off: sorted, which makes them neighbours in the trie and in memory. With as many
/// changes waiting as there are prefixes whoever writes works them off, and never later than with
/// `maximum` of them, a few milliseconds of work.
///
/// Only short fields are worth it; prefixes of more than 32 bits go into the trie at once.
///
/// Threads: `change` belongs to the control thread, inside `Pipeline.change`; nobody looks up then. Any
/// number may look up at once. One of them works off, while the others wait for that; it happens before
/// anybody has read the trie, since changes came.
final class DeferredTrie {
  private var trie: PrefixTrie
  private var added: [NarrowPrefix] = []
  private var removed: [NarrowPrefix] = []
  private let isBehind = Atomic<Bool>(false)
  private let lock = Mutex<Void>(())

  private static let minimum = 4096
  private static let maximum = 1 << 17

  init(width: Int = 32) { trie = PrefixTrie(width: width) }

  /// What the trie says of a value (left-aligned).
  @inline(__always)
  func lookup(_ value: UInt128) -> PrefixTrie.Answer {
    if isBehind.load(ordering: .acquiring) { catchUp() }
    return trie.lookup(value)
  }

  /// The same of a field of at most 32 bits.
  @inline(__always)
  func lookupNarrow(_ value: UInt32) -> PrefixTrie.Answer {
    if isBehind.load(ordering: .acquiring) { catchUp() }
    return trie.lookupNarrow(value)
  }

  /// Counts a prefix once more, or once less.
  func change(_ value: UInt128, length: Int, adding: Bool) {
    guard trie.width <= 32 else {
      return adding ? trie.insert(value, length: length) : trie.remove(value, length: length)
    }
    let prefix = NarrowPrefix(UInt32(truncatingIfNeeded: value >> 96), length: length)
    if adding { added.append(prefix) } else { removed.append(prefix) }
    let limit = min(max(Self.minimum, trie.nodeCount / 2), Self.maximum)
    if added.count + removed.count >= limit {
      workOff()
    } else {
      isBehind.store(true, ordering: .releasing)
    }
  }

  private func catchUp() {
    lock.withLock { _ in
      if isBehind.load(ordering: .acquiring) { workOff() }
    }
  }

  /// A count is never less than zero if what is added comes first.
  private func workOff() {
    if added.count > 1 { RadixSort.sort(&added) }
    trie.insert(sorted: added)
    if removed.count > 1 { RadixSort.sort(&removed) }
    for prefix in removed { trie.remove(prefix.wide, length: prefix.length) }
    // Few changes are usual, and find room the next time.
    added.removeAll(keepingCapacity: added.count <= 64)
    removed.removeAll(keepingCapacity: removed.count <= 64)
    isBehind.store(false, ordering: .releasing)
  }
}

/// Sorts prefixes by value, a byte at a time. Those of one value stay in their order.
enum RadixSort {
  static func sort(_ prefixes: inout [NarrowPrefix]) {
    guard prefixes.count > 64 else { return prefixes.sort { $0.word < $1.word } }
    var other = prefixes
    for shift in stride(from: 32, to: 64, by: 8) {
      if pass(prefixes, into: &other, byte: UInt64(shift)) { swap(&prefixes, &other) }
    }
  }

  /// False, with nothing done, when all have the same byte there.
  private static func pass(
    _ prefixes: [NarrowPrefix], into other: inout [NarrowPrefix], byte shift: UInt64
  ) -> Bool {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { places in
      places.initialize(repeating: 0)
      for prefix in prefixes { places[Int(prefix.word >> shift & 0xff)] += 1 }
      if places.contains(prefixes.count) { return false }
      var next = 0
      for byte in 0..<256 { (places[byte], next) = (next, next + places[byte]) }
      other.withUnsafeMutableBufferPointer { other in
        for prefix in prefixes {
          let byte = Int(prefix.word >> shift & 0xff)
          other[places[byte]] = prefix
          places[byte] += 1
        }
      }
      return true
    }
  }
}
