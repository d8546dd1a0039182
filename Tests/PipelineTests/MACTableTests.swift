import Fields
import Testing

@testable import Pipeline

@Suite struct MACTableTests {
  private let s = TestSwitch()
  private let table: MACTable
  private let ports: [BridgePort]

  init() {
    let bridge = s.bridge("br0")
    table = bridge.macTable
    let s = s
    ports = (1...3).map { s.port("br0", "p\($0)", UInt16($0), UInt16($0)) }
  }

  @discardableResult
  private func learn(
    _ address: UInt64, _ port: Int, vlan: UInt16 = 0, arp: Bool = false, bond: Bool = false
  ) -> MACTable.Lesson {
    let lesson = LearnedAddress(
      address: EthernetAddress(address), vlan: vlan, isGratuitousARP: arp)
    return table.learn(lesson, port: ports[port - 1], overBond: bond, now: s.time)
  }

  private func port(_ address: UInt64, vlan: UInt16 = 0) -> UInt16? {
    table.lookup(EthernetAddress(address), vlan: vlan)?.ofport
  }

  @Test func learnsMovesAndRefreshes() {
    #expect(learn(1, 1) == .learned)
    #expect(port(1) == 1 && port(1, vlan: 5) == nil)
    let generation = table.generation
    s.time += 2000
    #expect(learn(1, 1) == .refreshed)
    #expect(table.generation == generation)
    #expect(learn(1, 2) == .moved)
    #expect(table.generation > generation)
    #expect(port(1) == 2)
    #expect(learn(0x0100_0000_0000, 1) == .nothingNew)
    #expect(
      table.statistics == MACTable.Statistics(entries: 1, maxEntries: 8192, learned: 1, moved: 1))
  }

  @Test func ages() {
    learn(1, 1)
    s.time += 200_000
    learn(2, 1)
    s.time += 100_000
    let generation = table.generation
    table.expire(now: s.time)
    #expect(port(1) == nil && port(2) == 1 && table.generation > generation)
    #expect(table.statistics.expired == 1)
    var settings = BridgeSettings()
    settings.macAgingTime = 5  // as little as that is not possible
    table.configure(settings, now: s.time)
    s.time += 15_000
    table.expire(now: s.time)
    #expect(table.statistics.entries == 0)
  }

  @Test func takesFromThePortThatHasMost() {
    var settings = BridgeSettings()
    settings.macTableSize = 10
    table.configure(settings, now: s.time)
    learn(100, 1)
    learn(101, 2)
    for address in 0..<50 { learn(UInt64(address), 3) }
    #expect(table.statistics.entries == 10 && table.statistics.evicted == 42)
    #expect(port(100) == 1 && port(101) == 2)
    #expect(port(49) == 3 && port(41) == nil)
  }

  @Test func keepsStaticEntries() {
    table.addStatic(EthernetAddress(7), vlan: 0, port: ports[0])
    #expect(learn(7, 2) == .nothingNew)
    table.flush()
    s.time += 1_000_000
    table.expire(now: s.time)
    #expect(port(7) == 1)
    learn(8, 2)
    table.flush()
    #expect(port(8) == nil)
    #expect(!table.removeStatic(EthernetAddress(8), vlan: 0))
    #expect(table.removeStatic(EthernetAddress(7), vlan: 0))
    #expect(port(7) == nil && table.statistics.staticEntries == 0)
  }

  @Test func gratuitousARPKeepsBondsAway() {
    learn(1, 1, arp: true)
    #expect(learn(1, 2, arp: true, bond: true) == .nothingNew)
    s.time += 5000
    #expect(learn(1, 2, arp: true, bond: true) == .moved)
  }

  @Test func floodVLANsDoNotLearn() {
    learn(1, 1, vlan: 5)
    var settings = BridgeSettings()
    settings.floodVLANs = [5]
    table.configure(settings, now: s.time)
    #expect(port(1, vlan: 5) == nil)
    #expect(learn(1, 1, vlan: 5) == .nothingNew)
  }

  @Test func forgetsPorts() {
    learn(1, 1)
    learn(2, 2)
    s["br0"].removePort(1)
    #expect(port(1) == nil && port(2) == 2)
  }

  /// The chain, the index and the counts stay in step through thousands of random steps.
  @Test func agreesWithAModel() {
    var random = SeededGenerator(3)
    var settings = BridgeSettings()
    settings.macTableSize = 20
    table.configure(settings, now: s.time)
    var model: [(address: UInt64, port: Int, seen: Int64)] = []
    for _ in 0..<5000 {
      s.time += Int64.random(in: 0...20_000, using: &random)
      table.expire(now: s.time)
      model.removeAll { s.time / 1000 - $0.seen >= 300 }
      let address = UInt64.random(in: 0..<40, using: &random)
      let number = Int.random(in: 1...3, using: &random)
      learn(address, number)
      if let index = model.firstIndex(where: { $0.address == address }) {
        model.remove(at: index)
      } else if model.count == 20 {
        let counts = Dictionary(grouping: model, by: \.port).mapValues(\.count)
        let most = counts.values.max() ?? 0
        // Which of several greedy ports loses is not said: do what the table did.
        let alive = Set(table.entries(now: s.time).map(\.address.value))
        guard let gone = model.firstIndex(where: { !alive.contains($0.address) }) else {
          Issue.record("nothing was evicted")
          return
        }
        #expect(counts[model[gone].port] == most)
        #expect(model.firstIndex { $0.port == model[gone].port } == gone)
        model.remove(at: gone)
      }
      model.append((address, number, s.time / 1000))
      #expect(table.entries(now: s.time).map(\.address.value) == model.map(\.address))
    }
  }
}
