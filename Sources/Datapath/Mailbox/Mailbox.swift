import CDPDKShim

/// The way from control to one worker: a ring of commands that the worker processes in order.
///
/// One producer at a time: control threads take `WorkerHandle`'s lock. The number of commands posted
/// is a ticket: when `processed` has reached it, the worker has let go of all that the command
/// named. A worker that sleeps says so in `sleeping`, and is woken through `event`.
struct Mailbox {
  static let capacity: UInt64 = 512

  // Each of the three words has a cache line of its own; who writes it stands behind it.
  private var posted: UInt64 = 0  // control
  private var pad0 = CacheLine()
  private var processed: UInt64 = 0  // worker
  private var pad1 = CacheLine()
  private var sleeping: UInt32 = 0  // worker
  private var pad2 = CacheLine()
  let event: Int32
  private let commands: UnsafeMutablePointer<Command>

  private struct CacheLine {
    var a: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0)
  }

  static func create() throws -> UnsafeMutablePointer<Mailbox> {
    let event = pb_event_create()
    guard event >= 0 else { throw DatapathError.system("eventfd") }
    let mailbox = allocateLines(Mailbox.self, count: 1)
    mailbox.initialize(to: Mailbox(event: event))
    return mailbox
  }

  private init(event: Int32) {
    self.event = event
    commands = allocateLines(Command.self, count: Int(Mailbox.capacity))
  }

  func destroy() {
    pb_close(event)
    commands.deallocate()
  }

  // MARK: Control

  /// Commands posted and processed so far.
  var postedCount: UInt64 { posted }
  mutating func processedCount() -> UInt64 { pb_load_acquire_u64(&processed) }

  /// Posts a command, waiting for room if need be; returns its ticket.
  mutating func post(_ command: Command) -> UInt64 {
    while posted &- pb_load_acquire_u64(&processed) >= Mailbox.capacity {
      wake()
      pb_sleep_ns(20_000)
    }
    commands[Int(posted % Mailbox.capacity)] = command
    pb_store_release_u64(&posted, posted &+ 1)
    pb_fence_full()
    if pb_load_acquire_u32(&sleeping) != 0 { wake() }
    return posted
  }

  func wake() { pb_event_signal(event) }

  // MARK: Worker

  @inline(__always) mutating func isEmpty() -> Bool { pb_load_acquire_u64(&posted) == processed }

  /// The next command, until `finish` is called for it.
  mutating func next() -> UnsafeMutablePointer<Command>? {
    isEmpty() ? nil : commands + Int(processed % Mailbox.capacity)
  }
  mutating func finish() { pb_store_release_u64(&processed, processed &+ 1) }

  /// Declares that the worker is about to sleep; false when there is a command after all.
  mutating func beginSleep() -> Bool {
    pb_store_release_u32(&sleeping, 1)
    pb_fence_full()
    return isEmpty()
  }
  mutating func endSleep() { pb_store_release_u32(&sleeping, 0) }
}
