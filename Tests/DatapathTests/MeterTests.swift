import CDPDKShim
import Fields
import Glibc
import TestSupport
import Testing

@testable import Datapath

/// Meters: the shared buckets by themselves, against a model in plain arithmetic, and on packets.
@Suite(.serialized) struct MeterTests {
  /// One band as OpenFlow describes it.
  private struct Model {
    let rate: Double
    let burst: Double
    var tokens: Double
    var last: Int64

    init(_ band: DatapathMeter.Band, now: Int64) {
      rate = Double(band.rate)
      burst = Double(band.burst) * 1000
      tokens = burst
      last = now
    }

    mutating func admits(_ cost: Double, now: Int64) -> Bool {
      tokens = min(burst, tokens + Double(now - last) * rate)
      last = now
      guard tokens >= cost else { return false }
      tokens -= cost
      return true
    }
  }

  private func makeTable() throws -> (MeterTable, MeterShare) {
    let table = try MeterTable(clockWord: nil)
    return (table, try table.share())
  }

  @Test func modelAgrees() throws {
    var random = SplitMix(seed: 3)
    let (table, share) = try makeTable()
    for round in 0..<40 {
      let index = UInt32(round)
      let bands = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        DatapathMeter.Band(
          rate: UInt32.random(in: 1...5000, using: &random),
          burst: UInt32.random(in: 1...3000, using: &random))
      }
      let countsPackets = Bool.random(using: &random)
      var now = pb_monotonic_ms()
      table.set(index, DatapathMeter(countsPackets: countsPackets, bands: bands))
      now = max(now, pb_monotonic_ms())
      var models = bands.map { Model($0, now: now) }
      // What the real clock did between is less than this wait: both buckets are full.
      now += 10_000_000
      var dropped = [UInt64](repeating: 0, count: bands.count)
      for _ in 0..<500 {
        now += Int64.random(in: 0...30, using: &random)
        let bytes = UInt64.random(in: 60...1500, using: &random)
        let cost = countsPackets ? 1000.0 : Double(bytes) * 8
        let admitted = models.indices.map { models[$0].admits(cost, now: now) }
        #expect(share.admits(index, bytes: bytes, now: now) == admitted.allSatisfy { $0 })
        var worst: Int?
        for n in admitted.indices where !admitted[n] {
          if worst == nil || bands[n].rate > bands[worst!].rate { worst = n }
        }
        if let worst { dropped[worst] += 1 }
      }
      let statistics = table.statistics(index)
      #expect(statistics.packets == 500)
      #expect(Array(statistics.bands.map(\.packets).prefix(bands.count)) == dropped)
    }
  }

  @Test func otherTimes() throws {
    let (table, share) = try makeTable()
    table.set(1, DatapathMeter(countsPackets: true, bands: [.init(rate: 1, burst: 1)]))
    let now = pb_monotonic_ms() + 5000
    #expect(share.admits(1, bytes: 60, now: now))
    #expect(!share.admits(1, bytes: 60, now: now))
    // A clock that is a little behind sees nothing new; one of another time starts anew.
    #expect(!share.admits(1, bytes: 60, now: now - 500))
    #expect(share.admits(1, bytes: 60, now: now - 1_000_000))
    // So long unused that the difference overflows.
    table.set(2, DatapathMeter(countsPackets: false, bands: [.init(rate: .max, burst: .max)]))
    #expect(share.admits(2, bytes: 60, now: now))
    for gap in [Int64(1) << 31, 1 << 32, 1 << 33, 1 << 40] {
      #expect(share.admits(2, bytes: 60, now: now + gap))
    }
    // A meter that is gone stops nothing.
    table.remove(1)
    #expect(share.admits(1, bytes: 60, now: now))
    #expect(share.admits(1, bytes: 60, now: now))
  }

  /// Four threads at once: together they get the rate, none of it is lost and nothing is given twice.
  @Test func manyWorkers() throws {
    let table = try MeterTable(clockWord: nil)
    let rate: UInt32 = 100_000
    table.set(0, DatapathMeter(countsPackets: true, bands: [.init(rate: rate, burst: 500)]))
    final class Job {
      let share: MeterShare
      let clock: UnsafeMutablePointer<Int64>
      var admitted = 0
      init(_ share: MeterShare, _ clock: UnsafeMutablePointer<Int64>) {
        (self.share, self.clock) = (share, clock)
      }
    }
    let clock = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    defer { clock.deallocate() }
    let start = pb_monotonic_ms() + 100_000
    clock.pointee = start
    let jobs = try (0..<4).map { _ in Job(try table.share(), clock) }
    var threads = [pthread_t](repeating: pthread_t(), count: jobs.count)
    for (index, job) in jobs.enumerated() {
      pthread_create(
        &threads[index], nil,
        { argument in
          let job = Unmanaged<Job>.fromOpaque(argument!).takeUnretainedValue()
          for round in 0..<20_000 {
            // The first thread moves the time on: one millisecond per 100 of its packets.
            if round % 100 == 0 { usleep(10) }
            let now = pb_load_relaxed_i64(job.clock)
            if job.share.admits(0, bytes: 60, now: now) { job.admitted += 1 }
          }
          return nil
        }, Unmanaged.passUnretained(job).toOpaque())
    }
    for _ in 0..<50 {
      usleep(1000)
      pb_store_release_u64(
        UnsafeMutableRawPointer(clock).assumingMemoryBound(to: UInt64.self),
        UInt64(bitPattern: clock.pointee + 1))
    }
    for thread in threads { pthread_join(thread, nil) }
    let elapsed = Int(clock.pointee - start)
    let admitted = jobs.reduce(0) { $0 + $1.admitted }
    let limit = 500 + elapsed * Int(rate) / 1000
    #expect(admitted <= limit)
    // What is left in the bucket is what was not admitted.
    var left = 0
    while jobs[0].share.admits(0, bytes: 60, now: clock.pointee) { left += 1 }
    let statistics = table.statistics(0)
    #expect(statistics.packets == UInt64(80_000 + left + 1))
    #expect(statistics.bands[0].packets == UInt64(80_000 - admitted + 1))
    #expect(admitted + left <= limit)
    for job in jobs.dropFirst() { table.retire(job.share) }
    #expect(table.statistics(0) == statistics)
  }

  /// A whole burst in one step counts like its packets.
  @Test func bursts() throws {
    let (table, share) = try makeTable()
    table.set(5, DatapathMeter(countsPackets: true, bands: [.init(rate: 1, burst: 40)]))
    let now = pb_monotonic_ms() + 1_000_000
    #expect(share.admitsAll(5, packets: 32, bytes: 2000, now: now))
    #expect(!share.admitsAll(5, packets: 32, bytes: 2000, now: now))
    for _ in 0..<8 { #expect(share.admits(5, bytes: 60, now: now)) }
    #expect(!share.admits(5, bytes: 60, now: now))
    let statistics = table.statistics(5)
    #expect(statistics.packets == 41)
    #expect(statistics.bytes == 2000 + 9 * 60)
    #expect(statistics.bands[0].packets == 1)
  }

  /// Packets through a running datapath in virtual time.
  @Test func packets() throws {
    let word = UnsafeMutablePointer<Int64>.allocate(capacity: 1)
    word.initialize(to: 1_000_000)
    defer { word.deallocate() }
    let bed = try TestBed(
      ports: 2, configuration: DatapathConfiguration(clockWord: word)
    ) { datapath, miss in
      _ = datapath.answer(
        miss, mask: FlowMask(), actions: [.meter(index: 3), .output(2)])
    }
    bed.datapath.setMeter(
      3, DatapathMeter(countsPackets: true, bands: [.init(rate: 100, burst: 10)]))
    let frame = [UInt8](repeating: 7, count: 60)
    func send(_ count: Int) {
      for _ in 0..<count { _ = bed.ports[1]?.receive(frame) }
      bed.datapath.quiesce()
    }
    send(30)
    #expect(bed.datapath.counters(2).txPackets == 10)
    #expect(bed.datapath.counters(1)[.meter] == 20)
    word.pointee += 50
    send(30)
    #expect(bed.datapath.counters(2).txPackets == 15)
    let statistics = bed.datapath.meterStatistics(3)
    #expect(statistics.packets == 60)
    #expect(statistics.bytes == 3600)
    #expect(statistics.bands[0].packets == 45)
    bed.finish()
  }
}
