import Testing

@testable import Datapath

@Suite struct RoundMetricsTests {
  /// As Debian's OVS 3.1 prints them.
  @Test(
    arguments: [
      (
        .cycles,
        "499 716 1025 1469 2104 3014 4317 6183 8857 12686 18171 26027 37279 53395 76480 109544 "
          + "156903 224736 321895 461058 660385 945886 1354815 1940535 2779476 3981111 5702243 "
          + "8167461 11698454 16755981 24000000"
      ),
      (
        .packets,
        "0 1 2 3 4 5 6 7 8 9 10 11 13 17 22 28 35 45 57 72 92 117 148 188 239 303 385 489 621 788 "
          + "1000"
      ),
      (
        .cyclesPerPacket,
        "100 1096 2093 3090 4086 5083 6080 7076 8073 9070 10066 11063 12060 13056 14053 15050 16046 "
          + "17043 18040 19036 20033 21030 22026 23023 24020 25016 26013 27010 28006 29003 30000"
      ),
      (
        .packetsPerBurst,
        "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 32"
      ),
      (
        .queueFill,
        "0 1 2 3 4 5 6 7 8 9 10 11 12 13 16 20 25 31 38 48 59 73 91 113 140 174 216 268 332 412 512"
      ),
      (
        .cyclesPerMiss,
        "999 1258 1584 1995 2511 3162 3981 5011 6309 7943 9999 12589 15848 19952 25118 31622 39810 "
          + "50118 63095 79432 99999 125892 158489 199526 251188 316227 398107 501187 630957 794328 "
          + "1000000"
      ),
    ] as [(RoundMetrics.Measure, String)])
  func wallsAreThoseOfOVS(measure: RoundMetrics.Measure, text: String) {
    let walls = RoundMetrics.walls(of: measure).map(String.init).joined(separator: " ")
    #expect(walls == text)
  }

  @discardableResult
  private func add(
    _ metrics: inout RoundMetrics, _ cycles: UInt64, _ packets: Int, ms: Int64, misses: UInt64 = 0,
    queueFill: UInt64 = 0
  ) -> RoundMetrics.Record {
    metrics.add(
      cycles: cycles, packets: packets, bursts: (packets + 31) / 32, queueFill: queueFill,
      misses: misses, missCycles: misses * 2000, millisecond: ms)
  }

  @Test func roundsAreCounted() {
    var metrics = RoundMetrics()
    defer { metrics.destroy() }
    add(&metrics, 100, 0, ms: 1)
    add(&metrics, 6400, 64, ms: 1, misses: 2, queueFill: 70)
    add(&metrics, 30_000_000, 1, ms: 2, misses: 2)
    add(&metrics, 100, 0, ms: 3, misses: 2)
    let s = metrics.snapshot
    #expect(s.counts[.cycles]?[0] == 2 && s.counts[.cycles]?.last == 1)
    #expect(s.counts[.packets]?[0] == 2 && s.counts[.packets]?[1] == 1)
    #expect(s.counts[.cyclesPerPacket]?.reduce(0, +) == 2 && s.counts[.cyclesPerPacket]?[0] == 1)
    #expect(s.counts[.packetsPerBurst]?[30] == 1, "two bursts of 32")
    #expect(s.counts[.misses]?[0] == 3 && s.counts[.misses]?[2] == 1)
    #expect(s.counts[.cyclesPerMiss]?.reduce(0, +) == 1)
    #expect(s.counts[.queueFill]?[0] == 3 && s.counts[.queueFill]?[21] == 1, "60 to 73")
    #expect(s.rounds[2].queueFill == 70 && s.total.queueFill == 70)
    #expect(s.rounds.map(\.time) == [4, 3, 2, 1] && s.rounds[2].packets == 64)
    // The third millisecond is not over.
    #expect(s.milliseconds.map(\.time) == [2, 1] && s.milliseconds[1].rounds == 2)
    #expect(s.total.rounds == 3 && s.total.packets == 65 && s.total.misses == 2)
    metrics.clear()
    #expect(metrics.snapshot.rounds.isEmpty && metrics.snapshot.counts[.cycles]?.max() == 0)
  }

  @Test func theHistoryIsBounded() {
    var metrics = RoundMetrics()
    defer { metrics.destroy() }
    for i in 0..<2500 { add(&metrics, UInt64(i), 1, ms: Int64(i)) }
    let s = metrics.snapshot
    #expect(s.rounds.count == 1000 && s.rounds.first?.time == 2500 && s.rounds.last?.time == 1501)
    #expect(s.milliseconds.count == 1000)
  }

  @Test func suspiciousRoundsAreKeptWithTheirNeighbours() throws {
    var metrics = RoundMetrics()
    defer { metrics.destroy() }
    let watch = RoundMetrics.Watch(cycles: 1000, before: 2, after: 3, extends: false)
    for i in 1...20 {
      let round = add(&metrics, i == 10 || i == 12 || i == 19 ? 5000 : 10, 1, ms: 1)
      metrics.look(at: round, watch)
    }
    let first = metrics.takeSuspect()
    let found = try #require(first)
    #expect(found.round.time == 10 && found.neighbours.map(\.time) == [13, 12, 11, 10, 9, 8])
    let early = metrics.takeSuspect()
    #expect(early == nil, "19 waits for what comes after")
    for _ in 21...22 { metrics.look(at: add(&metrics, 10, 1, ms: 1), watch) }
    let second = metrics.takeSuspect()
    #expect(second?.round.time == 19)
    let queue = RoundMetrics.Watch(cycles: 1000, queueFill: 5, before: 0, after: 0, extends: false)
    for fill in 4...6 {
      metrics.look(at: add(&metrics, 10, 1, ms: 1, queueFill: UInt64(fill)), queue)
    }
    let third = metrics.takeSuspect()
    #expect(third?.round.queueFill == 6)
  }

  @Test func aSuspectMayBeLongerThanTheHistory() {
    var metrics = RoundMetrics()
    defer { metrics.destroy() }
    let watch = RoundMetrics.Watch(cycles: 1, before: 500, after: 498, extends: true)
    for _ in 0..<4000 { metrics.look(at: add(&metrics, 10, 1, ms: 1), watch) }
    let found = metrics.takeSuspect()
    let count = found?.neighbours.count ?? 0
    #expect(count > 900 && count <= RoundMetrics.historyLength)
  }
}
