import CDPDKShim
import Fields

/// Samples of hits, for the self-check.
extension Datapath {
  /// Packets that hit flows lately, at most so many per worker; of the rest of the traffic nothing is
  /// said. One thread at a time.
  public func takeSamples(max: Int) -> [HitSample] {
    var samples: [HitSample] = []
    for thread in lock.withLock({ threads }) {
      thread.samples.pointee.adapt()
      for _ in 0..<max {
        guard let sample = thread.samples.pointee.take() else { break }
        samples.append(sample)
      }
    }
    return samples
  }

  /// Of how many bursts one packet is a sample now, by worker.
  public var samplePeriods: [(worker: WorkerDescription, bursts: UInt32)] {
    let periods = lock.withLock { threads.map { $0.samples.pointee.period } }
    return Array(zip(workers, periods)).map { ($0, $1) }
  }
}

extension FlowHandle {
  /// Whether the worker does just these actions for the flow's packets. Only sure once the worker has
  /// processed all that was posted before (`Datapath.waitForMailboxes`). Not beside `changeActions`.
  public func runs(_ actions: [DatapathAction]) -> Bool {
    guard state == .installed, record.pointee.slot != nil else { return true }
    let isRight = installedProgram == ActionProgram(actions).words
    // As with statistics: the slot may be another flow's by now.
    pb_fence_acquire()
    return isRight || state != .installed
  }

  /// The words of the program that the worker runs, as it has them; of a long program that is not this
  /// handle's, none.
  public var installedProgram: [UInt32] {
    guard let slot = record.pointee.slot else { return [] }
    let count = Int(slot.pointee.wordCount)
    let words = slot.program
    guard count <= FlowSlot.inlineWords || words == program.map({ UnsafePointer($0) }) else {
      return []
    }
    return Array(UnsafeBufferPointer(start: words, count: count))
  }
}
