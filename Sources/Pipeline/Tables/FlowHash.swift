/// A hash over words of a flow that can be continued word by word.
///
/// Seeded once per process, so that nobody can know in advance which flows collide.
enum FlowHash {
  static let seed = UInt64.random(in: .min ... .max)

  @inline(__always)
  static func add(_ word: UInt64, to hash: UInt64) -> UInt64 {
    let product = (hash ^ word).multipliedFullWidth(by: 0x9e37_79b9_7f4a_7c15)
    return product.high ^ product.low ^ (hash << 1)
  }

  /// The hash of a rule's words.
  @inline(__always)
  static func of(_ words: inout RuleWords, count: Int) -> UInt32 {
    words.read { words in
      var hash = seed
      for index in 0..<count { hash = add(words[index], to: hash) }
      return finish(hash)
    }
  }

  /// 32 bits that depend on all; never zero, which means "empty" in tables.
  @inline(__always)
  static func finish(_ hash: UInt64) -> UInt32 {
    let mixed = hash ^ (hash >> 29)
    return UInt32(truncatingIfNeeded: mixed ^ (mixed >> 32)) | 1
  }
}

/// How many rules have a hash: open addressing, eight bytes per place. Two values that share a hash
/// share a count, which only makes a lookup go on that could have stopped.
///
/// Its owner calls `deallocate`, once.
struct HashCounts {
  private struct Place {
    var hash: UInt32 = 0
    var count: UInt32 = 0
  }

  private var places: UnsafeMutablePointer<Place>
  private var capacity: Int
  private var used = 0

  init() { (places, capacity) = (Self.allocate(8), 8) }

  func deallocate() { places.deallocate() }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Place> {
    let places = UnsafeMutablePointer<Place>.allocate(capacity: count)
    places.initialize(repeating: Place(), count: count)
    return places
  }

  @inline(__always)
  func contains(_ hash: UInt32) -> Bool {
    let mask = capacity &- 1
    var index = Self.home(hash, mask)
    while places[index].hash != 0 {
      if places[index].hash == hash { return true }
      index = (index &+ 1) & mask
    }
    return false
  }

  mutating func insert(_ hash: UInt32) {
    if used * 4 >= capacity * 3 { grow() }
    let mask = capacity - 1
    var index = Self.home(hash, mask)
    while places[index].hash != 0, places[index].hash != hash { index = (index + 1) & mask }
    if places[index].hash == 0 {
      used += 1
      places[index].hash = hash
    }
    places[index].count &+= 1
  }

  mutating func remove(_ hash: UInt32) {
    let mask = capacity - 1
    var index = Self.home(hash, mask)
    while places[index].hash != hash {
      guard places[index].hash != 0 else { return }
      index = (index + 1) & mask
    }
    places[index].count &-= 1
    if places[index].count == 0 { close(index) }
  }

  /// Moves later places of the run up, so that no search ends too early.
  private mutating func close(_ gap: Int) {
    let mask = capacity - 1
    var gap = gap
    var index = (gap + 1) & mask
    while places[index].hash != 0 {
      let home = Self.home(places[index].hash, mask)
      if (index - home) & mask >= (index - gap) & mask {
        places[gap] = places[index]
        gap = index
      }
      index = (index + 1) & mask
    }
    places[gap] = Place()
    used -= 1
  }

  private mutating func grow() {
    let (old, oldCapacity) = (places, capacity)
    capacity = oldCapacity * 2
    places = Self.allocate(capacity)
    let mask = capacity - 1
    for place in UnsafeBufferPointer(start: old, count: oldCapacity) where place.hash != 0 {
      var index = Self.home(place.hash, mask)
      while places[index].hash != 0 { index = (index + 1) & mask }
      places[index] = place
    }
    old.deallocate()
  }

  /// The low bit of a hash is always set.
  @inline(__always)
  private static func home(_ hash: UInt32, _ mask: Int) -> Int { Int(hash >> 1) & mask }
}
