import CDPDKShim
import Fields
import Glibc

/// Where translators wait for misses. Workers' rings are emptied into one queue per input port, and
/// the ports take turns: a port with a storm of misses delays only itself. Bounded by what workers
/// may have outstanding per port. Any translator thread.
final class MissQueue {
  private struct Source {
    let worker: Int
    let ring: UnsafeMutablePointer<MissRing>
  }

  /// The misses of one input port. Most come in runs of one port.
  private final class Queue {
    let port: PortNumber
    var misses = FIFO<Miss>()

    init(_ port: PortNumber) { self.port = port }
  }

  let bell: UnsafeMutablePointer<TranslatorBell>
  private let lock = Lock()
  private var sources: [Source] = []
  private var queues: [PortNumber: Queue] = [:]
  /// Those with waiting misses, whose turn comes first first.
  private var turns = FIFO<Queue>()
  /// Translators that took misses and have not come back for more: they may still be at work.
  private var busy: Set<pthread_t> = []
  private var isClosed = false

  init() throws { bell = try TranslatorBell.create() }

  deinit {
    pb_close(bell.pointee.event)
    bell.deallocate()
  }

  func add(worker: Int, ring: UnsafeMutablePointer<MissRing>) {
    lock.withLock { sources.append(Source(worker: worker, ring: ring)) }
  }

  /// After the worker's end: what it asked is forgotten.
  func remove(worker: Int) { lock.withLock { sources.removeAll { $0.worker == worker } } }

  func close() {
    lock.withLock { isClosed = true }
    pb_event_signal(bell.pointee.event)
  }

  /// Whether every translator is done with all that it took.
  var isIdle: Bool { lock.withLock { busy.isEmpty } }

  /// Blocks until there is something; nil when closed.
  func take(max: Int) -> [Miss]? {
    _ = lock.withLock { busy.remove(pthread_self()) }
    while true {
      let (misses, closed) = poll(max)
      if !misses.isEmpty { return misses }
      if closed { return nil }
      bell.pointee.beginWait()
      if !hasNews() { pb_wait_readable(bell.pointee.event, -1) }
      bell.pointee.endWait()
      // Once closed the bell rings for ever, for all that wait.
      lock.withLock { if !isClosed { pb_event_clear(bell.pointee.event) } }
    }
  }

  private func hasNews() -> Bool {
    lock.withLock {
      isClosed || !turns.isEmpty || sources.contains { $0.ring.pointee.next() != nil }
    }
  }

  private func poll(_ max: Int) -> ([Miss], Bool) {
    lock.withLock {
      for source in sources { drain(source) }
      var misses: [Miss] = []
      misses.reserveCapacity(max)
      while misses.count < max, let queue = turns.popFirst() {
        // Nobody else waits: no need to stand in line again for each.
        let isAlone = turns.isEmpty
        repeat {
          guard let miss = queue.misses.popFirst() else { break }
          misses.append(miss)
        } while isAlone && misses.count < max
        if queue.misses.isEmpty { queues[queue.port] = nil } else { turns.append(queue) }
      }
      if !misses.isEmpty { busy.insert(pthread_self()) }
      // Someone may have slept through the ring while this thread had the lock.
      if !turns.isEmpty { pb_event_signal(bell.pointee.event) }
      return (misses, isClosed)
    }
  }

  private func drain(_ source: Source) {
    var last: Queue?
    while let record = source.ring.pointee.next() {
      let miss = Miss(
        worker: source.worker, key: record.pointee.key, deep: record.pointee.deep,
        isDeep: record.pointee.isDeep, packetLength: Int(record.pointee.packetLength))
      source.ring.pointee.finish()
      let port = miss.key.inPort
      let queue = last.flatMap { $0.port == port ? $0 : nil } ?? queue(port)
      if queue.misses.isEmpty { turns.append(queue) }
      queue.misses.append(miss)
      last = queue
    }
  }

  private func queue(_ port: PortNumber) -> Queue {
    if let known = queues[port] { return known }
    let new = Queue(port)
    queues[port] = new
    return new
  }
}
