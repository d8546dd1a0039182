import Testing

@testable import Bridges

@Suite struct PortNumbersTests {
  @Test func requestThenMemoryThenLowestUnused() {
    var n = OpenFlowPortNumbers()
    #expect(n.take(requested: 7, previous: nil) == 7)
    #expect(n.take(requested: 7, previous: 3) == 3)
    #expect(n.take(requested: nil, previous: 3) == 1)
    #expect(n.take(requested: 0xff00, previous: 0) == 2)
  }

  @Test func freedNumberIsNotReusedAtOnce() {
    var n = OpenFlowPortNumbers()
    #expect(n.take(requested: nil, previous: nil) == 1)
    n.release(1)
    #expect(n.take(requested: nil, previous: nil) == 2)
  }

  @Test func allNumbersCanBeTakenAndThenNone() {
    var n = OpenFlowPortNumbers()
    let all = (0..<0xfeff).compactMap { _ in n.take(requested: nil, previous: nil) }
    #expect(Set(all).count == 0xfeff)
    #expect(n.take(requested: 5, previous: nil) == nil)
  }

  @Test func dummyPortsAreNumberedByTheirDigits() {
    var n = DatapathPortNumbers()
    #expect(n.take(name: "p3", byDigits: true) == 3)
    #expect(n.take(name: "br0", byDigits: true) == 100)
    #expect(n.take(name: "x3", byDigits: true) == 1)
    #expect(n.take(name: "99999999999", byDigits: true) == 2)
    n.release(1)
    #expect(n.take(name: "eth0", byDigits: false) == 1)
    #expect(n.take(exactly: 7) && !n.take(exactly: 7) && !n.take(exactly: 0))
  }
}
