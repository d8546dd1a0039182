/// Something that will happen once. Control loop only.
public final class ClockTimer {
  let deadline: Int64
  fileprivate var sequence: UInt64 = 0
  private var body: (() -> Void)?

  init(deadline: Int64, _ body: @escaping () -> Void) {
    self.deadline = deadline
    self.body = body
  }

  /// After this it will not run. Harmless when it has run.
  public func cancel() { body = nil }

  public var isPending: Bool { body != nil }

  func fire() {
    let action = body
    body = nil
    action?()
  }

  fileprivate func isBefore(_ other: ClockTimer) -> Bool {
    (deadline, sequence) < (other.deadline, other.sequence)
  }
}

/// Timers by deadline, equal ones in the order they were made: a binary heap. Cancelled timers stay
/// until they reach the front.
struct TimerQueue {
  private var heap: [ClockTimer] = []
  private var made: UInt64 = 0

  var earliest: Int64? {
    mutating get {
      while let first = heap.first, !first.isPending { removeFirst() }
      return heap.first?.deadline
    }
  }

  mutating func insert(_ timer: ClockTimer) {
    made += 1
    timer.sequence = made
    heap.append(timer)
    var child = heap.count - 1
    while child > 0, case let parent = (child - 1) / 2, heap[child].isBefore(heap[parent]) {
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the earliest timer out if its time has come.
  mutating func popDue(at now: Int64) -> ClockTimer? {
    guard let deadline = earliest, deadline <= now, let first = heap.first else { return nil }
    removeFirst()
    return first
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
        if heap[child].isBefore(heap[least]) { least = child }
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
