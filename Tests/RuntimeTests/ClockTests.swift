import TestSupport
import Testing

@testable import Runtime

@Suite struct ClockTests {
  @Test func stoppedTimeMovesOnlyByWarp() {
    let clock = Clock()
    clock.stop()
    let start = clock.monotonicMilliseconds
    #expect(clock.words[0] == start)
    clock.warp(1500)
    #expect(clock.monotonicMilliseconds == start + 1500)
    #expect(clock.words[0] == start + 1500)
    clock.warp(-1)
    clock.warp(.max)
    #expect(clock.monotonicMilliseconds == start + 1500)
  }

  @Test func warpRunsTimersAtTheirOwnTime() {
    let clock = Clock()
    clock.stop()
    let start = clock.monotonicMilliseconds
    var seen: [String] = []
    func note(_ what: String) { seen.append("\(what)@\(clock.monotonicMilliseconds - start)") }
    clock.schedule(after: 30) { note("c") }
    clock.schedule(after: 10) { note("a") }
    clock.schedule(after: 10) {
      note("b")
      clock.schedule(after: 5) { note("nested") }
    }
    clock.schedule(after: 20) { note("never") }.cancel()
    clock.warp(29)
    #expect(seen == ["a@10", "b@10", "nested@15"])
    clock.warp(1)
    #expect(seen.last == "c@30")
  }

  @Test func repeatingTimersKeepTheirPace() {
    let clock = Clock()
    clock.stop()
    var count = 0
    clock.scheduleRepeatedly(every: 100) { count += 1 }
    clock.warp(1050)
    #expect(count == 10)
  }

  @Test func realTimersRunOnTheLoop() throws {
    let clock = Clock()
    let control = ControlLoop(clock: clock)
    defer { control.shutdown() }
    let order = control.loop.makePromise(of: [Int].self)
    control.execute {
      var seen: [Int] = []
      for delay in [30, 10, 20] {
        clock.schedule(after: Int64(delay)) {
          seen.append(delay)
          if seen.count == 3 { order.succeed(seen) }
        }
      }
    }
    #expect(try order.futureResult.wait() == [10, 20, 30])
  }

  @Test func runningClockJumpsAndFiresWhatCameDue() throws {
    let clock = Clock()
    let control = ControlLoop(clock: clock)
    defer { control.shutdown() }
    let fired = control.loop.makePromise(of: Void.self)
    try control.sync {
      clock.schedule(after: 3_600_000) { fired.succeed(()) }
      clock.warp(3_600_000)
    }
    try fired.futureResult.wait()
    #expect(clock.words[1] == 3_600_000)
  }

  @Test func steppedWarpGivesTheLoopItsTurns() throws {
    let clock = Clock()
    let control = ControlLoop(clock: clock)
    defer { control.shutdown() }
    let done = control.loop.makePromise(of: Int64.self)
    control.execute {
      clock.stop()
      let start = clock.monotonicMilliseconds
      clock.warp(total: 1000, step: 300) { done.succeed(clock.monotonicMilliseconds - start) }
    }
    #expect(try done.futureResult.wait() == 1000)
  }

  /// The heap against sorting.
  @Test func queueAgreesWithNaiveModel() {
    var random = SplitMix(seed: 42)
    for _ in 0..<200 {
      var queue = TimerQueue()
      var model: [Int64] = []
      for _ in 0..<50 {
        if random.next() % 3 == 0 {
          let now = Int64(random.next() % 100)
          let expected = model.min().flatMap { $0 <= now ? $0 : nil }
          #expect(queue.popDue(at: now)?.deadline == expected)
          if let expected, let index = model.firstIndex(of: expected) { model.remove(at: index) }
        } else {
          let deadline = Int64(random.next() % 100)
          let timer = ClockTimer(deadline: deadline) {}
          queue.insert(timer)
          if random.next() % 5 == 0 { timer.cancel() } else { model.append(deadline) }
        }
      }
    }
  }
}
