import CDPDKShim

/// Where the control side waits for punted packets. The workers' rings are emptied into one queue per
/// input port, and the ports take turns.
///
/// Bounded: packets are taken out of the rings only as long as fewer than `maxHeld` bytes wait here;
/// so a reader that is slow makes the rings fill, where each port has its share.
final class PuntQueue {
  private struct Source {
    let worker: Int
    let ring: UnsafeMutablePointer<PuntRing>
  }

  let bell: UnsafeMutablePointer<TranslatorBell>
  private let lock = Lock()
  private var sources: [Source] = []
  private var queues: [PortNumber: FIFO<Punt>] = [:]
  /// Ports with waiting packets, whose turn comes first first.
  private var turns = FIFO<PortNumber>()
  private var heldBytes = 0
  private var isClosed = false

  private static let maxHeld = 1 << 20

  init() throws { bell = try TranslatorBell.create() }

  deinit {
    pb_close(bell.pointee.event)
    bell.deallocate()
  }

  func add(worker: Int, ring: UnsafeMutablePointer<PuntRing>) {
    lock.withLock { sources.append(Source(worker: worker, ring: ring)) }
  }

  /// Before the worker's end: what it still has is forgotten.
  func remove(worker: Int) { lock.withLock { sources.removeAll { $0.worker == worker } } }

  func close() {
    lock.withLock { isClosed = true }
    pb_event_signal(bell.pointee.event)
  }

  /// Blocks until there is something; nil when closed.
  func take(max: Int) -> [Punt]? {
    while true {
      let (punts, closed) = poll(max)
      if closed { return nil }
      if !punts.isEmpty { return punts }
      bell.pointee.beginWait()
      if !hasNews() { pb_wait_readable(bell.pointee.event, -1) }
      bell.pointee.endWait()
      lock.withLock { if !isClosed { pb_event_clear(bell.pointee.event) } }
    }
  }

  private func hasNews() -> Bool {
    lock.withLock { isClosed || sources.contains { $0.ring.pointee.hasNext() } }
  }

  private func poll(_ max: Int) -> ([Punt], Bool) {
    lock.withLock {
      for source in sources { drain(source) }
      var punts: [Punt] = []
      while punts.count < max, let port = turns.popFirst() {
        guard let punt = queues[port]?.popFirst() else { continue }
        heldBytes -= punt.bytes.count
        punts.append(punt)
        if queues[port]?.isEmpty == false { turns.append(port) } else { queues[port] = nil }
      }
      return (punts, isClosed)
    }
  }

  private func drain(_ source: Source) {
    while heldBytes < PuntQueue.maxHeld, let punt = source.ring.pointee.take() {
      heldBytes += punt.bytes.count
      if queues[punt.inPort] == nil {
        queues[punt.inPort] = FIFO()
        turns.append(punt.inPort)
      }
      queues[punt.inPort]?.append(punt)
    }
  }
}
