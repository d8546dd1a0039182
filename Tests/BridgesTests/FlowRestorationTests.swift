import Testing

@testable import Bridges

@Suite struct FlowRestorationTests {
  private let waits = ["flow-restore-wait": "true"]

  @Test func waitsFromTheStartUntilTheWordIsGone() {
    var r = FlowRestoration()
    #expect(!r.isAwaited)
    r.follow(waits)
    #expect(r.isAwaited)
    r.follow(waits.merging(["max-idle": "1000"]) { $1 })
    #expect(r.isAwaited)
    r.follow(["flow-restore-wait": "false"])
    #expect(!r.isAwaited)
  }

  @Test func meansNothingToASwitchThatWorks() {
    var r = FlowRestoration()
    r.follow([:])
    r.follow(waits)
    #expect(!r.isAwaited)
  }

  @Test(arguments: [("TRUE", true), ("yes", false), ("", false)])
  func words(word: String, isAwaited: Bool) {
    var r = FlowRestoration()
    r.follow(["flow-restore-wait": word])
    #expect(r.isAwaited == isAwaited)
  }
}
