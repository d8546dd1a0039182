import CDPDKShim
import Fields

/// A miss on its way from a worker: plain data.
struct MissRecord {
  var key = FlowKey()
  var deep = DeepKey()
  var isDeep = false
  var packetLength: UInt32 = 0
}

/// The way from one worker to the translators: a ring of misses. The worker puts, whoever holds the
/// miss queue's lock takes.
struct MissRing {
  static let capacity: UInt64 = 2048

  private var put: UInt64 = 0  // worker
  private var pad: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
  private var taken: UInt64 = 0  // control
  private let memory: PageMemory
  private var records: UnsafeMutablePointer<MissRecord>

  init?() {
    let bytes = Int(MissRing.capacity) * MemoryLayout<MissRecord>.stride
    guard let memory = PageMemory.map(bytes, huge: false) else { return nil }
    self.memory = memory
    records = memory.bound(to: MissRecord.self)
  }

  func destroy() { memory.unmap() }

  /// The record to fill before `publish`; nil when the ring is full.
  mutating func reserve() -> UnsafeMutablePointer<MissRecord>? {
    guard put &- pb_load_acquire_u64(&taken) < MissRing.capacity else { return nil }
    return records + Int(put % MissRing.capacity)
  }
  mutating func publish() { pb_store_release_u64(&put, put &+ 1) }

  /// The oldest record, until `finish` is called for it.
  mutating func next() -> UnsafeMutablePointer<MissRecord>? {
    guard pb_load_acquire_u64(&put) != taken else { return nil }
    return records + Int(taken % MissRing.capacity)
  }
  mutating func finish() { pb_store_release_u64(&taken, taken &+ 1) }
}

/// How workers tell translators that there is something to do, without a lock.
struct TranslatorBell {
  /// Translators that wait; written by them.
  private var waiting: UInt32 = 0
  let event: Int32

  static func create() throws -> UnsafeMutablePointer<TranslatorBell> {
    let event = pb_event_create()
    guard event >= 0 else { throw DatapathError.system("eventfd") }
    let bell = allocateLines(TranslatorBell.self, count: 1)
    bell.initialize(to: TranslatorBell(event: event))
    return bell
  }

  private init(event: Int32) { self.event = event }

  /// Worker: after publishing misses.
  mutating func ring() {
    pb_fence_full()
    if pb_load_acquire_u32(&waiting) != 0 { pb_event_signal(event) }
  }

  /// Translator: before the last look at the rings, and after waiting.
  mutating func beginWait() {
    _ = pb_add_u32(&waiting, 1)
    pb_fence_full()
  }
  mutating func endWait() { _ = pb_add_u32(&waiting, ~0) }
}
