import Fields
import OpenFlow

/// The words of a match that its shape names, as a rule holds them: where they lie in the rule itself.
///
/// Nearly all matches have a handful, a 5-tuple five; longer ones get memory of their own. So a rule is
/// one piece of memory, and a lookup that finds it finds its value beside it.
///
/// The owner calls `deallocate`, once. Whoever reads them knows how many there are: as many as the
/// shape has items.
struct RuleWords {
  private static let room = 5
  private var inline: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)
  private let longer: UnsafeMutablePointer<UInt64>?

  /// Has `fill` write all `count` words.
  @inline(__always)
  init(count: Int, fill: (UnsafeMutablePointer<UInt64>) -> Void) {
    if count <= Self.room {
      longer = nil
      withUnsafeMutableBytes(of: &inline) {
        if let words = $0.assumingMemoryBound(to: UInt64.self).baseAddress { fill(words) }
      }
    } else {
      let words = UnsafeMutablePointer<UInt64>.allocate(capacity: count)
      fill(words)
      longer = words
    }
  }

  func deallocate() { longer?.deallocate() }

  /// The words, in place.
  @inline(__always)
  mutating func read<T>(_ body: (UnsafePointer<UInt64>) -> T) -> T {
    if let longer { return body(longer) }
    return withUnsafePointer(to: &inline) {
      body(UnsafeRawPointer($0).assumingMemoryBound(to: UInt64.self))
    }
  }
}
