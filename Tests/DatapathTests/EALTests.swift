import CDPDKShim
import Glibc
import Testing

@testable import Datapath

@Suite struct EALTests {
  init() throws { try EAL.initialize() }

  private struct Moment {
    let nanoseconds: Double
    let cycles = pb_tsc()
    init() {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC_RAW, &time)
      nanoseconds = Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
  }

  /// What EAL found out in the tenth of the time that it wanted.
  @Test func theClockIsKnown() {
    let isRight = (0..<5).contains { _ in
      let start = Moment()
      pb_sleep_ns(100_000_000)
      let end = Moment()
      let hertz = Double(end.cycles - start.cycles) * 1e9 / (end.nanoseconds - start.nanoseconds)
      return abs(hertz / Double(pb_tsc_hz()) - 1) < 0.01
    }
    #expect(isRight)
  }

  @Test func onlyTheCalibrationIsShortened() {
    let start = Moment()
    var time = timespec(tv_sec: 0, tv_nsec: 100_000_000)
    #expect(nanosleep(&time, nil) == 0)
    #expect(Moment().nanoseconds - start.nanoseconds >= 100_000_000)
  }

  /// Without hugepages the heap cannot grow: what was taken is given back.
  @Test func memoryIsReservedAsFarAsThereIsSome() {
    let before = pb_heap_free(-1)
    #expect(MemoryReserve.fill(megabytes: 1, node: 0))
    #expect(!MemoryReserve.fill(megabytes: 1 << 20, node: 0))
    #expect(!MemoryReserve.fill(megabytes: 1, node: 7))
    #expect(pb_heap_free(-1) + (8 << 20) > before)
  }
}
