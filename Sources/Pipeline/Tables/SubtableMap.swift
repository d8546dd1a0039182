/// The subtables of a table by shape: open addressing, half full at most. It keeps them.
struct SubtableMap {
  private var places = [Subtable?](repeating: nil, count: 16)
  private(set) var count = 0

  @inline(__always)
  subscript(shape: MatchShape) -> Subtable? { places[place(of: shape)] }

  /// The place of a shape's subtable, or where it would be.
  @inline(__always)
  private func place(of shape: MatchShape) -> Int {
    let mask = places.count - 1
    var place = Self.home(shape) & mask
    while let subtable = places[place], subtable.shape !== shape { place = (place + 1) & mask }
    return place
  }

  @inline(__always)
  private static func home(_ shape: MatchShape) -> Int {
    let bits = UInt64(UInt(bitPattern: Unmanaged.passUnretained(shape).toOpaque()))
    return Int(truncatingIfNeeded: (bits &* 0x9e37_79b9_7f4a_7c15) >> 40)
  }

  /// Adds the subtable of a shape that has none.
  mutating func add(_ subtable: Subtable) {
    if (count + 1) * 2 > places.count { grow() }
    places[place(of: subtable.shape)] = subtable
    count += 1
  }

  mutating func remove(_ shape: MatchShape) {
    var gap = place(of: shape)
    guard places[gap] != nil else { return }
    count -= 1
    let mask = places.count - 1
    var place = (gap + 1) & mask
    // Those behind move up, so that no search ends too early.
    while let subtable = places[place] {
      if (place - Self.home(subtable.shape)) & mask >= (place - gap) & mask {
        places[gap] = subtable
        gap = place
      }
      place = (place + 1) & mask
    }
    places[gap] = nil
  }

  private mutating func grow() {
    let subtables = all
    places = Array(repeating: nil, count: places.count * 2)
    for subtable in subtables { places[place(of: subtable.shape)] = subtable }
  }

  var all: [Subtable] { places.compactMap { $0 } }
}
