import Testing

@testable import Pipeline

@Suite struct PacketInSchedulerTests {
  @Test func withinTheRateNothingWaits() {
    var scheduler = PacketInScheduler(rate: 100, burst: 10, now: 0)
    for time in 0..<100 {
      #expect(scheduler.pass([1], port: 1, now: Int64(time) * 10) == [1])
    }
    #expect(scheduler.statistics == .init(backlog: 0, bypassed: 100, queued: 0, dropped: 0))
  }

  @Test func beyondItPortsTakeTurns() {
    var scheduler = PacketInScheduler(rate: 100, burst: 10, now: 0)
    for _ in 0..<10 { #expect(scheduler.pass([0], port: 9, now: 0) != nil) }
    // A flood on port 1, a few packets on port 2.
    for _ in 0..<50 { #expect(scheduler.pass([1], port: 1, now: 0) == nil) }
    for _ in 0..<3 { #expect(scheduler.pass([2], port: 2, now: 0) == nil) }
    #expect(scheduler.statistics == .init(backlog: 10, bypassed: 10, queued: 53, dropped: 43))
    #expect(scheduler.wait(now: 0) == 10)
    #expect(scheduler.proceed(now: 9) == [])
    #expect(scheduler.proceed(now: 60) == [[1], [2], [1], [2], [1], [2]])
    #expect(scheduler.proceed(now: 10_000) == [[1], [1], [1], [1]])
    #expect(scheduler.wait(now: 10_000) == nil)
  }

  @Test func limitsMakeSense() {
    var scheduler = PacketInScheduler(rate: 0, burst: 0, now: 0)
    for _ in 0..<250 { #expect(scheduler.pass([1], port: 1, now: 0) != nil) }
    for _ in 0..<250 { #expect(scheduler.pass([1], port: 1, now: 0) == nil) }
    #expect(scheduler.statistics.dropped == 0 && scheduler.statistics.backlog == 250)
    scheduler.setLimits(rate: 10, burst: 5)
    #expect(scheduler.statistics.dropped == 245 && scheduler.statistics.backlog == 5)
    // Time that jumps does no harm.
    #expect(scheduler.proceed(now: .max / 2).count == 5)
    scheduler = PacketInScheduler(rate: .max, burst: .max, now: 0)
    #expect(scheduler.pass([1], port: 1, now: .max) != nil)
  }
}
