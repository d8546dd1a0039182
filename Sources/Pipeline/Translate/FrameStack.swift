/// What a translation has left to do, in memory of its own: frames come and go with every resubmit, and
/// an array would be asked each time whether somebody else has it too.
///
/// Its owner calls `deallocate`, once.
struct FrameStack {
  private var frames: UnsafeMutablePointer<Translator.Frame>
  private var capacity = 64
  private(set) var count = 0

  init() { frames = .allocate(capacity: capacity) }

  mutating func deallocate() {
    removeAll()
    frames.deallocate()
  }

  var isEmpty: Bool { count == 0 }
  var last: Translator.Frame? { count > 0 ? frames[count - 1] : nil }

  /// From the bottom up.
  var all: [Translator.Frame] { Array(UnsafeBufferPointer(start: frames, count: count)) }

  @inline(__always)
  mutating func append(_ frame: Translator.Frame) {
    if count == capacity { grow() }
    (frames + count).initialize(to: frame)
    count &+= 1
  }

  @inline(__always)
  mutating func popLast() -> Translator.Frame? {
    guard count > 0 else { return nil }
    count &-= 1
    return (frames + count).move()
  }

  mutating func removeLast() { _ = popLast() }

  mutating func removeAll() {
    frames.deinitialize(count: count)
    count = 0
  }

  @inline(never)
  private mutating func grow() {
    let old = frames
    capacity *= 2
    frames = .allocate(capacity: capacity)
    frames.moveInitialize(from: old, count: count)
    old.deallocate()
  }
}
