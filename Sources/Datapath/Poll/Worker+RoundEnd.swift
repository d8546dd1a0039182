import CDPDKShim

/// What the end of a round may ask for: buffers that are due, a sleep, a measurement. Not per packet,
/// and for a worker with usual settings not at all.
extension Worker {
  /// Returns when the next round begins. Sleeping is counted by itself, not as part of a round.
  @inline(never)
  mutating func endRound(
    _ start: UInt64, _ end: UInt64, _ received: Int, _ bursts: Int, _ sleep: inout UInt64
  ) -> UInt64 {
    if dirtyCount != 0 { flushDuePorts(end) }
    var now = end
    if settings.restNanoseconds == 0 || received >= WorkerPort.burst / 2 {
      sleep = 0
    } else {
      if sleep != 0 { now = rest(sleep, end) }
      sleep = min(sleep &+ 1_000, settings.restNanoseconds)
    }
    if let metrics = settings.metrics {
      let round = metrics.pointee.add(
        cycles: end &- start, packets: received, bursts: bursts, queueFill: fullestQueue,
        misses: counters.misses, missCycles: counters.missCycles, millisecond: clock.now)
      fullestQueue = 0
      if let watch = settings.watch { metrics.pointee.look(at: round, watch) }
    }
    return now
  }

  /// How full a guest's queue was before a burst was taken from it, if it is the fullest of the round.
  @inline(never)
  mutating func noteFill(_ port: WorkerPortPointer, _ queue: UInt16, _ received: Int) {
    guard port.pointee.kind == .vhost, let device = port.pointee.device else { return }
    let fill = device.assumingMemoryBound(to: VhostDevice.self).pointee
      .fill(queue, received: received, burst: WorkerPort.burst)
    fullestQueue = max(fullestQueue, fill)
  }

  /// Nothing waits in a buffer while the worker sleeps.
  private mutating func rest(_ nanoseconds: UInt64, _ now: UInt64) -> UInt64 {
    flushDirtyPorts()
    pb_sleep_ns(Int(truncatingIfNeeded: nanoseconds))
    let after = pb_tsc()
    counters.sleepIterations &+= 1
    counters.sleepCycles &+= after &- now
    clock.update(after)
    return after
  }

  /// Flushes the buffers of ports that were flushed so long ago as packets may wait. So a packet that
  /// comes alone does not wait at all.
  private mutating func flushDuePorts(_ now: UInt64) {
    var kept = 0
    for i in 0..<dirtyCount {
      let port = dirty[i]
      if now &- port.pointee.lastFlush >= settings.flushCycles {
        port.pointee.lastFlush = now
        flushDirty(port)
      } else {
        dirty[kept] = port
        kept &+= 1
      }
    }
    dirtyCount = kept
  }
}
