import JSONRPC
import Runtime
import TestSupport
import Testing

@testable import OVSDB

@Suite struct ValueTests {
  @Test func uuidsComeAndGo() {
    let text = "01234567-89ab-cdef-0123-456789abcdef"
    #expect(UUID(text)?.description == text)
    #expect(UUID.zero.description == "00000000-0000-0000-0000-000000000000")
    for bad in [
      "", "x", text + "0", text.replacing("-", with: "0"), text.replacing("a", with: "g"),
    ] {
      #expect(UUID(bad) == nil)
    }
  }

  @Test func valuesAreReadByTheirType() throws {
    let set = ColumnType(key: .integer, minimum: 0, maximum: nil)
    #expect(try Datum(["set", [3, 1, 3]], set) == .integers([1, 3]))
    #expect(try Datum(7, set) == .integers([7]))
    let real = ColumnType(key: .real)
    #expect(try Datum(2, real) == .set([.real(2)]))
    let map = ColumnType(key: .string, value: .integer, minimum: 0, maximum: nil)
    #expect(try Datum(["map", [["a", 1], ["b", 2]]], map) == .integers(["a": 1, "b": 2]))
    #expect(Datum.integers(["b": 2, "a": 1]).json == ["map", [["a", 1], ["b", 2]]])
    #expect(Datum.empty.json == ["set", []])
    #expect(Datum.string("x").json == "x")
    for bad in [[], ["set"], ["set", 1], "x", nil, ["map", []], [1, 2], ["set", ["x"]]] as [JSON] {
      #expect(throws: TextError.self) { try Datum(bad, set) }
    }
    for bad in [["map", [1]], ["map", [["a"]]], ["map", [["a", "b"]]], ["set", []]] as [JSON] {
      #expect(throws: TextError.self) { try Datum(bad, map) }
    }
    #expect(throws: TextError.self) { try Datum(["uuid", "x"], ColumnType(key: .uuid)) }
  }

  /// A difference that is made naively must lead from one value to the other.
  @Test func differencesLeadToTheNewValue() {
    var random = SplitMix(seed: 5)
    for _ in 0..<2000 {
      let (a, b) = (randomSet(&random), randomSet(&random))
      let change = Datum.integers(a.symmetricDifference(b))
      #expect(Datum.integers(a).applying(difference: change) == .integers(b))
      let (m, n) = (randomMap(&random), randomMap(&random))
      var told: [String: Int64] = [:]
      for key in Set(m.keys).union(n.keys) where m[key] != n[key] { told[key] = n[key] ?? m[key] }
      #expect(Datum.integers(m).applying(difference: .integers(told)) == .integers(n))
    }
  }

  private func randomSet(_ random: inout SplitMix) -> Set<Int64> {
    Set((0..<random.next() % 6).map { _ in Int64(random.next() % 8) })
  }

  private func randomMap(_ random: inout SplitMix) -> [String: Int64] {
    var map: [String: Int64] = [:]
    for _ in 0..<random.next() % 6 { map["k\(random.next() % 5)"] = Int64(random.next() % 3) }
    return map
  }

  @Test func waitsGrowAndStartOver() {
    var network = Reconnect(isLocal: false)
    var waits: [Int64] = [network.backoff]
    for _ in 0..<5 {
      network.failed()
      waits.append(network.backoff)
    }
    #expect(waits == [0, 1000, 2000, 4000, 8000, 8000])
    network.succeeded()
    network.dropped()
    #expect(network.backoff == 0)
    network.dropped()
    #expect(network.backoff == 1000)
    var local = Reconnect(isLocal: true)
    for _ in 0..<10 { local.failed() }
    #expect(local.backoff < 500)
  }
}
