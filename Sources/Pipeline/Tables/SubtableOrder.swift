/// The subtables of a flow table by their highest rank, descending: the order in which lookups visit
/// them.
///
/// Refers to the subtables without counting, and lies in memory of its own: a lookup reads it without
/// counting references either. Its owner keeps the subtables, and calls `deallocate`, once.
struct SubtableOrder {
  struct Place {
    var highest: Int32
    let subtable: Unmanaged<Subtable>
  }

  private(set) var places: UnsafeMutablePointer<Place>
  private(set) var count = 0
  private var capacity = 4

  init() { places = .allocate(capacity: capacity) }

  func deallocate() { places.deallocate() }

  /// Adds an empty subtable.
  mutating func add(_ subtable: Subtable) {
    if count == capacity {
      let old = places
      capacity *= 2
      places = .allocate(capacity: capacity)
      places.moveInitialize(from: old, count: count)
      old.deallocate()
    }
    (places + count).initialize(to: Place(highest: .min, subtable: .passUnretained(subtable)))
    count += 1
  }

  mutating func remove(_ subtable: Subtable) {
    guard let place = place(of: subtable) else { return }
    count -= 1
    for index in place..<count { places[index] = places[index + 1] }
  }

  /// Moves a subtable to the place that its highest rank gives it.
  func sort(_ subtable: Subtable) {
    guard var place = place(of: subtable) else { return }
    places[place].highest = subtable.highestRank
    while place > 0, places[place - 1].highest < places[place].highest {
      swap(place - 1, place)
      place -= 1
    }
    while place + 1 < count, places[place + 1].highest > places[place].highest {
      swap(place + 1, place)
      place += 1
    }
  }

  private func swap(_ a: Int, _ b: Int) { (places[a], places[b]) = (places[b], places[a]) }

  private func place(of subtable: Subtable) -> Int? {
    let reference = Unmanaged.passUnretained(subtable).toOpaque()
    return (0..<count).first { places[$0].subtable.toOpaque() == reference }
  }
}
