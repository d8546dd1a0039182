import Fields
import Synchronization

/// What a translation writes to, lent for as long as it takes: four flows side by side, and lists that
/// keep their room. To ask for all that anew would be a good part of what a translation costs.
///
/// One translation has it at a time; those at rest may be taken by any thread.
final class TranslationMemory {
  /// The packet as actions made it, as the datapath has it, the mask, and the packet as it came.
  let flows: UnsafeMutablePointer<Flow>
  var stack = FrameStack()
  /// The searches. Neither tables nor rules are kept alive by them: the caller's lock does that.
  private(set) var visits: UnsafeMutablePointer<TableVisit>
  private(set) var visitCount = 0
  private var visitCapacity = 64

  private static let flowCount = 4

  private init() {
    flows = .allocate(capacity: Self.flowCount)
    visits = .allocate(capacity: visitCapacity)
  }

  deinit {
    flows.deallocate()
    visits.deallocate()
    stack.deallocate()
  }

  @inline(__always)
  func add(_ visit: TableVisit) {
    if visitCount == visitCapacity { growVisits() }
    (visits + visitCount).initialize(to: visit)
    visitCount &+= 1
  }

  @inline(never)
  private func growVisits() {
    let old = visits
    visitCapacity *= 2
    visits = .allocate(capacity: visitCapacity)
    visits.moveInitialize(from: old, count: visitCount)
    old.deallocate()
  }

  // MARK: Lending

  /// So many are kept; there are hardly ever more threads that translate.
  private static let maxSpare = 16
  private static let spare = Mutex<[TranslationMemory]>([])

  /// All zero are the first flow and the mask; the lists are empty.
  static func take() -> TranslationMemory {
    let memory = spare.withLock { $0.popLast() } ?? TranslationMemory()
    for flow in [0, 2] {
      (memory.flows + flow).words.initialize(repeating: 0, count: Flow.wordCount)
    }
    return memory
  }

  func giveBack() {
    stack.removeAll()
    visitCount = 0
    Self.spare.withLock { if $0.count < Self.maxSpare { $0.append(self) } }
  }
}
