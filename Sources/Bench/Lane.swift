import CDPDKShim
import Glibc

/// What one core does during a trial: generate, receive, or both in turn. Everything is a plain value
/// behind a pointer; `stop` and `hasGenerated` are the only words that both sides wait on.
struct Lane {
  let core: Int
  var generates = false
  var receives = false
  var generator: Generator
  var sink: Sink
  /// The TSC at which the generator ends.
  let end: UInt64
  /// Set by control.
  var stop: UInt32 = 0
  /// Set by the lane when its generator has sent its last packet.
  var hasGenerated: UInt32 = 0

  /// The loop. Returns when control says so, or the generator has ended and there is no sink.
  mutating func run() {
    while pb_load_acquire_u32(&stop) == 0 {
      if generates {
        let now = pb_tsc()
        if now < end { generator.step(now) } else { endGenerating() }
      }
      if receives { sink.receive() }
      if !generates && !receives { return }
    }
    if generates { endGenerating() }
  }

  @inline(never)
  private mutating func endGenerating() {
    generator.finish(end)
    generates = false
    pb_store_release_u32(&hasGenerated, 1)
  }
}

/// The thread of a lane. Control.
final class LaneThread {
  let lane: UnsafeMutablePointer<Lane>
  private var thread = pthread_t()
  private let isStarted: Bool

  init(_ lane: UnsafeMutablePointer<Lane>) {
    self.lane = lane
    let body: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = {
      LaneThread.main($0.unsafelyUnwrapped.assumingMemoryBound(to: Lane.self))
      return nil
    }
    isStarted = pthread_create(&thread, nil, body, lane) == 0
    if !isStarted { lane.pointee.hasGenerated = 1 }
  }

  private static func main(_ lane: UnsafeMutablePointer<Lane>) {
    _ = pb_pin_self(Int32(lane.pointee.core))
    pb_name_self("bench-c\(lane.pointee.core)")
    // An lcore id gives the thread its own cache of packet buffers.
    let isRegistered = rte_thread_register() == 0
    lane.pointee.run()
    if isRegistered { rte_thread_unregister() }
  }

  var hasGenerated: Bool { pb_load_acquire_u32(&lane.pointee.hasGenerated) != 0 }

  func stop() {
    pb_store_release_u32(&lane.pointee.stop, 1)
    if isStarted { pthread_join(thread, nil) }
  }
}
