import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// What is kept beside the tables says the same as a walk over them.
@Suite struct RuleIndexTests {
  private static let actions = [
    "drop", "group:1", "group:2,output:1", "meter:1,output:1", "meter:2,group:1",
    "write_actions(group:2)", "clone(group:1),group:1",
    "learn(table=2,cookie=5,limit=3,NXM_OF_ETH_DST[])",
    "learn(table=2,cookie=6,delete_learned,NXM_OF_ETH_DST[])",
    "learn(table=2,cookie=5,delete_learned,NXM_OF_ETH_DST[]),group:2",
  ]

  private func make() throws -> TestSwitch {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    try addGroups(s)
    return s
  }

  private func addGroups(_ s: TestSwitch) throws {
    for id in 1...2 as ClosedRange<UInt32> {
      if s["br0"].groups[id] == nil {
        try s["br0"].apply(GroupText.parse("group_id=\(id),type=all"))
      }
      guard s["br0"].meters[id] == nil else { continue }
      try s["br0"].apply(
        MeterMod(.add, MeterConfig(id: id, flags: .pktps, bands: [MeterBand(rate: 1)])))
    }
  }

  private func check(_ bridge: Bridge) {
    let rules = bridge.tables.compactMap { $0 }.flatMap(\.rules)
    for id in 1...2 as ClosedRange<UInt32> {
      let byGroup = rules.filter { $0.actions.refer(toGroup: id) }
      #expect(
        Set(bridge.index.rules(ofGroup: id).map(ObjectIdentifier.init))
          == Set(byGroup.map(ObjectIdentifier.init)))
      var mentions = 0
      for rule in rules {
        rule.actions.forEachNested { if $0.group == id { mentions += 1 } }
      }
      #expect(bridge.index.count(ofGroup: id) == mentions)
      #expect(
        bridge.index.count(ofMeter: id) == rules.filter { $0.actions.refer(toMeter: id) }.count)
    }
    for cookie in 5...6 as ClosedRange<UInt64> {
      let key = RuleIndex.Lesson(table: 2, cookie: cookie)
      let count = bridge.index.count(of: key)
      #expect(count == nil || count == key.rules(in: bridge.tables).count)
    }
  }

  private func step(_ s: TestSwitch, _ random: inout SeededGenerator) throws {
    let bridge = s["br0"]
    let place =
      "table=\(Int.random(in: 0...2, using: &random)),priority=\(Int.random(in: 1...4, using: &random))"
    let cookie = "cookie=\(Int.random(in: 4...6, using: &random))"
    let actions = Self.actions.randomElement(using: &random) ?? "drop"
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<5: try bridge.apply(FlowText.parse("\(place),\(cookie),actions=\(actions)"))
    case 5: try bridge.apply(FlowText.parse("table=1,actions=\(actions)", .modify))
    case 6: try bridge.apply(FlowText.parse(place, .deleteStrict))
    case 7:
      for key in [5, 6] as [UInt64] {
        bridge.index.watch(RuleIndex.Lesson(table: 2, cookie: key), in: bridge.tables)
      }
    case 8: try bridge.apply(GroupMod(.delete, groupID: UInt32.random(in: 1...2, using: &random)))
    case 9:
      try bridge.apply(MeterMod(.delete, MeterConfig(id: UInt32.random(in: 1...2, using: &random))))
    case 10: try addGroups(s)
    default:
      // All of it is undone.
      try? bridge.changeFlows { changes in
        for _ in 0..<5 {
          let flow =
            Bool.random(using: &random)
            ? try FlowText.parse("\(place),actions=\(actions)")
            : try FlowText.parse("table=\(Int.random(in: 0...2, using: &random))", .delete)
          try bridge.carryOut(bridge.plan(flow), changes, for: nil)
        }
        throw OpenFlowError.tableFull
      }
    }
  }

  @Test(arguments: 1...4 as ClosedRange<UInt64>) func agreesWithTables(_ seed: UInt64) throws {
    let s = try make()
    var random = SeededGenerator(seed)
    for _ in 0..<300 {
      // Flows may name what does not exist.
      try? step(s, &random)
      check(s["br0"])
    }
  }

  /// Rules go in the second in which their time is over, whatever else there is.
  @Test func expiry() throws {
    let s = try make()
    var random = SeededGenerator(1)
    for priority in 1...200 {
      let idle = Int.random(in: 0...9, using: &random)
      let hard = Int.random(in: 0...9, using: &random)
      s.time += Int64.random(in: 0...50, using: &random)
      try s.flows(
        "br0", "priority=\(priority),idle_timeout=\(idle),hard_timeout=\(hard),actions=drop")
    }
    for _ in 0..<40 {
      s.time += Int64.random(in: 0...700, using: &random)
      let rules = s["br0"].tables[0]?.rules ?? []
      if let used = rules.randomElement(using: &random) { used.credit.used = s.time }
      let left = rules.filter { rule in
        !(rule.hardTimeout > 0 && s.time - rule.modified >= Int64(rule.hardTimeout) * 1000)
          && !(rule.idleTimeout > 0 && s.time - rule.credit.used >= Int64(rule.idleTimeout) * 1000)
      }
      s["br0"].expireFlows()
      #expect(Set(s["br0"].tables[0]?.rules.map(\.priority) ?? []) == Set(left.map(\.priority)))
    }
    s.time += 20_000
    s["br0"].expireFlows()
    #expect(
      s["br0"].tables[0]?.rules.allSatisfy { $0.idleTimeout == 0 && $0.hardTimeout == 0 } == true)
  }
}
