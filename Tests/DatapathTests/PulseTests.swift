import Testing

@testable import Datapath

@Suite struct PulseTests {
  @Test func aWorkerThatDoesNotObeyIsNoticedAtTheNextLook() {
    var pulse = Pulse()
    var posted: UInt64 = 10
    // At the first look nothing was asked yet; the last one finds that it was only slow.
    let felt = [10, 11, 11, 11, 12].map { processed in
      pulse.isFelt(processed: processed) {
        posted += 1
        return posted
      }
    }
    #expect(felt == [true, true, false, false, true])
    #expect(posted == 13, "a question that is open is not asked again")
  }

  @Test func aWorkerThatHasEndedIsNotStuck() {
    var pulse = Pulse()
    let felt = (0..<2).map { _ in pulse.isFelt(processed: 0) { nil } }
    #expect(felt == [true, true])
  }
}
