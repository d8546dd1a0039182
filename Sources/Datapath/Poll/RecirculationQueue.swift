/// What a worker knows of the packet at hand beside its bytes. All zero for one that just came in.
struct Turn {
  var recircID: UInt32 = 0
  /// What `hash` computed when the packet was recirculated.
  var dpHash: UInt32 = 0
  /// The Ethertype of a packet without an Ethernet header; 0 for a frame.
  var bareType: UInt16 = 0
  /// How often it has been recirculated.
  var level: UInt8 = 0
}

/// Packets that shall be looked up again, in the order in which they were found out to: a ring that
/// is empty between bursts and between commands. Worker's thread only.
///
/// First in, first out, so packets of one flow keep their order, and what a burst may cost is bounded:
/// at most `capacity` packets on each of `maxLevel` levels.
struct RecirculationQueue {
  struct Entry {
    var packet: OpaquePointer
    /// Where it came in. A port goes by a command, and no command comes while something waits here.
    var port: WorkerPortPointer
    var turn: Turn
  }

  static let capacity = 1024
  /// As often may a packet be looked up again (OVS: 6).
  static let maxLevel: UInt8 = 6

  private let entries: UnsafeMutablePointer<Entry>
  private var head = 0
  private(set) var count = 0

  init() { entries = .allocate(capacity: RecirculationQueue.capacity) }
  func destroy() { entries.deallocate() }

  @inline(__always) var isFull: Bool { count == RecirculationQueue.capacity }

  @inline(__always) mutating func append(_ entry: Entry) {
    entries[(head &+ count) & (RecirculationQueue.capacity &- 1)] = entry
    count &+= 1
  }

  /// The oldest; only when there is one.
  @inline(__always) var first: Entry { entries[head] }

  @inline(__always) mutating func removeFirst() {
    head = (head &+ 1) & (RecirculationQueue.capacity &- 1)
    count &-= 1
  }
}
