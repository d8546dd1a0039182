import Glibc
import NIOCore
import Synchronization

/// Time, real or virtual.
///
/// Everything that waits or ages asks this clock, so that a test can stop time (`time/stop`), move it
/// (`time/warp`) and see the same thing happen every time. While time is stopped, timers run only
/// inside `warp`, in the order of their deadlines, with the clock standing at each one's deadline.
/// Wall-clock time (log lines, the database) is always real, as in OVS.
///
/// Threads: reading is free for all. `stop`, `warp` and timers belong to the control loop.
public final class Clock {
  public static let shared = Clock()

  /// Two words for code that cannot call us (workers): `[0]` is the virtual time in milliseconds while
  /// time is stopped and 0 while it runs; `[1]` is what warps have added to the real clock.
  /// The control loop writes them; aligned, so a reader sees old or new.
  public let words: UnsafeMutablePointer<Int64>

  /// When this clock was made.
  public let startMilliseconds: Int64

  private let stoppedAt = Atomic<Int64>(0)
  private let offset = Atomic<Int64>(0)
  private var timers = TimerQueue()
  private var armed: Scheduled<Void>?
  private var armedDeadline: Int64 = .max
  private var loop: EventLoop?

  public init() {
    words = .allocate(capacity: 2)
    words.initialize(repeating: 0, count: 2)
    startMilliseconds = Self.systemMilliseconds
  }

  deinit { words.deallocate() }

  /// Timers run on this loop from now on. `ControlLoop` calls it.
  func attach(_ loop: EventLoop) { self.loop = loop }

  public var isStopped: Bool { stoppedAt.load(ordering: .relaxed) != 0 }

  /// Never goes back. Any thread.
  public var monotonicMilliseconds: Int64 {
    let virtual = stoppedAt.load(ordering: .relaxed)
    return virtual != 0 ? virtual : Self.systemMilliseconds + offset.load(ordering: .relaxed)
  }

  /// Since 1970. Any thread.
  public var wallMilliseconds: Int64 { Self.read(CLOCK_REALTIME) }

  /// Stops time until the process ends; only `warp` moves it then.
  public func stop() {
    guard !isStopped else { return }
    set(virtual: monotonicMilliseconds)
    disarm()
  }

  /// Moves time forward. Stopped: runs every timer that comes due on the way, at its own time.
  /// Running: the clock jumps, and due timers run as soon as the loop gets to them.
  public func warp(_ milliseconds: Int64) {
    guard milliseconds > 0 else { return }
    guard isStopped else {
      offset.store(offset.load(ordering: .relaxed) &+ milliseconds, ordering: .relaxed)
      words[1] = offset.load(ordering: .relaxed)
      return rearm()
    }
    let (target, overflow) = monotonicMilliseconds.addingReportingOverflow(milliseconds)
    guard !overflow else { return }
    while let timer = timers.popDue(at: target) {
      set(virtual: max(monotonicMilliseconds, timer.deadline))
      timer.fire()
    }
    set(virtual: target)
  }

  /// `time/warp TOTAL STEP`: moves by `step` once per turn of the loop, so that other work gets its
  /// turn in between, until `total` is reached; then calls `completion`.
  public func warp(total: Int64, step: Int64, completion: @escaping () -> Void) {
    guard let loop, total > 0, step > 0 else { return completion() }
    warp(min(step, total))
    let rest = total - min(step, total)
    loop.execute {
      rest > 0 ? self.warp(total: rest, step: step, completion: completion) : completion()
    }
  }

  /// Runs `body` on the control loop when that much time has passed.
  @discardableResult
  public func schedule(after milliseconds: Int64, _ body: @escaping () -> Void) -> ClockTimer {
    let timer = ClockTimer(deadline: monotonicMilliseconds &+ max(0, milliseconds), body)
    timers.insert(timer)
    rearm()
    return timer
  }

  /// Runs `body` every so often, the first time after one interval.
  public func scheduleRepeatedly(every milliseconds: Int64, _ body: @escaping () -> Void) {
    schedule(after: milliseconds) { [weak self] in
      body()
      self?.scheduleRepeatedly(every: milliseconds, body)
    }
  }

  private func set(virtual: Int64) {
    stoppedAt.store(virtual, ordering: .relaxed)
    words[0] = virtual
  }

  private func disarm() {
    armed?.cancel()
    armed = nil
    armedDeadline = .max
  }

  /// Makes the loop wake us for the earliest timer. Only in real time.
  private func rearm() {
    guard let loop, !isStopped, let next = timers.earliest else { return }
    if armed != nil, armedDeadline <= next, offset.load(ordering: .relaxed) == 0 { return }
    disarm()
    armedDeadline = next
    let wait = max(0, next &- monotonicMilliseconds)
    armed = loop.scheduleTask(in: .milliseconds(wait)) { self.runDue() }
  }

  private func runDue() {
    disarm()
    let now = monotonicMilliseconds
    while let timer = timers.popDue(at: now) { timer.fire() }
    rearm()
  }

  private static var systemMilliseconds: Int64 { read(CLOCK_MONOTONIC) }

  private static func read(_ id: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(id, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
