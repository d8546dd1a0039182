import Fields
import OpenFlow

/// The shapes that were asked for last, of matches on nothing but the flow key: a million flows have a
/// handful. Belongs to a thread, or to who has a lock.
struct RecentShapes {
  private struct Known {
    let mask: FlowMask
    let shape: MatchShape
  }

  private var known = [Known?](repeating: nil, count: 256)

  /// The shape of a match. Asks `MatchShape` for what it does not know.
  mutating func shape(of match: borrowing Match) -> MatchShape {
    guard match.isKeyOnly else { return MatchShape.of(match.mask) }
    let place = Self.place(of: match.keyMask)
    if let shape = find(match.keyMask, at: place) { return shape }
    let shape = MatchShape.of(match.mask)
    known[place] = Known(mask: match.keyMask, shape: shape)
    return shape
  }

  @inline(__always)
  private func find(_ mask: FlowMask, at place: Int) -> MatchShape? {
    guard let known = known[place], (known.mask ^ mask).isZero else { return nil }
    return known.shape
  }

  private static func place(of mask: FlowMask) -> Int {
    var hash = FlowHash.seed
    for word in [mask.w0, mask.w1, mask.w2, mask.w3, mask.w4, mask.w5, mask.w6, mask.w7] {
      hash = FlowHash.add(word, to: hash)
    }
    return Int(FlowHash.finish(hash) >> 24)
  }
}
