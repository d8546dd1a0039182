import Fields

/// The rules of a subtable by value: open addressing, twelve bytes per place. Rules of one value hang
/// on each other, highest priority first; the map holds the first.
final class RuleMap {
  private var hashes: UnsafeMutablePointer<UInt32>
  private var heads: UnsafeMutablePointer<Unmanaged<Rule>?>
  private var capacity = smallCapacity
  private var used = 0

  init() {
    hashes = .allocate(capacity: capacity)
    hashes.initialize(repeating: 0, count: capacity)
    heads = .allocate(capacity: capacity)
    heads.initialize(repeating: nil, count: capacity)
  }

  deinit {
    for index in 0..<capacity {
      var rule = heads[index]?.takeRetainedValue()
      // One by one: a long chain must not be freed by recursion.
      while let head = rule {
        rule = head.next
        head.next = nil
      }
    }
    hashes.deallocate()
    heads.deallocate()
  }

  /// The first rule with this hash that `isEqual` accepts.
  @inline(__always)
  func first(_ hash: UInt32, where isEqual: (Rule) -> Bool) -> Unmanaged<Rule>? {
    let mask = capacity &- 1
    var index = Int(hash >> 1) & mask
    while hashes[index] != 0 {
      if hashes[index] == hash, let head = heads[index],
        head._withUnsafeGuaranteedRef({ isEqual($0) })
      {
        return head
      }
      index = (index &+ 1) & mask
    }
    return nil
  }

  /// Makes `rule` the head of its value: of a new one, or in place of `old`.
  func setHead(_ rule: Rule, _ hash: UInt32, replacing old: Rule?) {
    if let old, let index = place(of: old, hash) {
      heads[index]?.release()
      heads[index] = Unmanaged.passRetained(rule)
      return
    }
    if used * 4 >= capacity * 3 { grow() }
    put(Unmanaged.passRetained(rule), hash)
    used += 1
  }

  /// Forgets the value whose head `rule` is.
  func removeHead(_ rule: Rule, _ hash: UInt32) {
    guard let found = place(of: rule, hash) else { return }
    heads[found]?.release()
    used -= 1
    let mask = capacity - 1
    var gap = found
    var index = (gap + 1) & mask
    while hashes[index] != 0 {
      let home = Int(hashes[index] >> 1) & mask
      if (index - home) & mask >= (index - gap) & mask {
        hashes[gap] = hashes[index]
        heads[gap] = heads[index]
        gap = index
      }
      index = (index + 1) & mask
    }
    hashes[gap] = 0
    heads[gap] = nil
  }

  var isEmpty: Bool { used == 0 }

  /// The first rule, if there is but one value and that is easy to see.
  var sole: Unmanaged<Rule>? {
    guard used == 1, capacity <= Self.smallCapacity else { return nil }
    for index in 0..<capacity {
      if let head = heads[index] { return head }
    }
    return nil
  }

  private static let smallCapacity = 8

  /// Every rule, in no order.
  func visit(_ body: (Rule) -> Void) {
    for index in 0..<capacity {
      var rule = heads[index]?.takeUnretainedValue()
      while let current = rule {
        body(current)
        rule = current.next
      }
    }
  }

  private func place(of rule: Rule, _ hash: UInt32) -> Int? {
    let mask = capacity - 1
    var index = Int(hash >> 1) & mask
    while hashes[index] != 0 {
      if let head = heads[index], head.toOpaque() == Unmanaged.passUnretained(rule).toOpaque() {
        return index
      }
      index = (index + 1) & mask
    }
    return nil
  }

  private func put(_ rule: Unmanaged<Rule>?, _ hash: UInt32) {
    let mask = capacity - 1
    var index = Int(hash >> 1) & mask
    while hashes[index] != 0 { index = (index + 1) & mask }
    hashes[index] = hash
    heads[index] = rule
  }

  private func grow() {
    let (oldHashes, oldHeads, oldCapacity) = (hashes, heads, capacity)
    capacity *= 2
    hashes = .allocate(capacity: capacity)
    hashes.initialize(repeating: 0, count: capacity)
    heads = .allocate(capacity: capacity)
    heads.initialize(repeating: nil, count: capacity)
    for index in 0..<oldCapacity where oldHashes[index] != 0 {
      put(oldHeads[index], oldHashes[index])
    }
    oldHashes.deallocate()
    oldHeads.deallocate()
  }
}
