import Testing

@testable import Runtime

@Suite struct CoverageTests {
  @Test func historyKnowsRates() {
    let counter = Coverage.counter("test_rates")
    var history = CoverageHistory(counter: counter)
    #expect(
      history.line
        == "test_rates                 0.0/sec     0.000/sec        0.0000/sec   total: 0\n")
    counter.hit(50)
    history.sample()
    #expect(
      history.line
        == "test_rates                10.0/sec     0.833/sec        0.0139/sec   total: 50\n")
    for _ in 0..<12 { history.sample() }
    #expect(
      history.line
        == "test_rates                 0.0/sec     0.000/sec        0.0139/sec   total: 50\n")
  }

  @Test func readingByName() throws {
    let counter = Coverage.counter("test_read")
    #expect(counter === Coverage.counter("test_read"))
    counter.hit()
    #expect(try Coverage.readCounter("test_read") == "1\n")
    #expect(throws: TextError("No such counter")) { try Coverage.readCounter("nonsense") }
    #expect(
      Coverage.report().hasPrefix(
        "Event coverage, avg rate over last: 5 seconds, last minute, last hour,  hash="))
  }
}
