import Fields
import OpenFlow
import Testing

@testable import Pipeline

/// A flow table against a list that is searched from end to end.
@Suite struct FlowTableTests {
  private var random = SeededGenerator(7)

  private mutating func pick(_ range: ClosedRange<Int>) -> Int {
    .random(in: range, using: &random)
  }

  private mutating func randomMatch() -> Match {
    var match = Match()
    if pick(0...2) == 0 { match.set(.inPort, UInt128(pick(1...3))) }
    if pick(0...2) == 0 { match.set(.registers[0], UInt128(pick(0...3)), mask: 3) }
    if pick(0...2) == 0 { match.set(.ethSrc, UInt128(pick(0...3)), mask: UInt128(pick(1...3))) }
    if pick(0...1) == 0 {
      match.set(.ethType, 0x0800)
      if pick(0...1) == 0 {
        let length = pick(1...32)
        match.set(.ipv4Dst, UInt128(randomAddress()), mask: UInt128(PrefixTrie.mask32(length)))
      }
      if pick(0...3) == 0 {
        match.set(
          .ipv4Src, UInt128(randomAddress()), mask: UInt128(PrefixTrie.mask32(pick(1...32))))
      }
      if pick(0...2) == 0 {
        match.set(.tcpDst, UInt128(pick(0...7)), mask: [0xffff, 0xfffe, 0x00ff][pick(0...2)])
      }
      if pick(0...4) == 0 { match.set(.tcpSrc, UInt128(pick(0...7))) }
    }
    return match
  }

  private mutating func randomAddress() -> UInt32 {
    [0x0a00_0001, 0x0a00_0002, 0x0a01_0000, 0x0a80_0000, 0xc0a8_0001, 0x8000_0000][pick(0...5)]
  }

  private mutating func randomFlow() -> Flow {
    var flow = Flow()
    flow.key.inPort = UInt16(pick(1...3))
    flow.setBytes(Flow.Offset.registers, 4, UInt128(pick(0...3)))
    flow.key.ethSrc = EthernetAddress(UInt64(pick(0...3)))
    flow.key.ethType = pick(0...2) == 0 ? 0x0806 : 0x0800
    flow.key.ipv4Src = randomAddress()
    flow.key.ipv4Dst = randomAddress()
    flow.key.tpSrc = UInt16(pick(0...7))
    flow.key.tpDst = UInt16(pick(0...7))
    return flow
  }

  /// Rules come and go; each time lookups give the best rule, and any flow that has the bits of the
  /// mask gives the same.
  @Test mutating func findsTheBestRuleAndSaysWhatItLookedAt() {
    for _ in 0..<20 {
      let table = FlowTable(id: 0)
      var rules: [Rule] = []
      for step in 0..<60 {
        if pick(0...3) == 0, let victim = rules.randomElement(using: &random) {
          rules.removeAll { $0 === victim }
          table.remove(victim)
        } else {
          // One rule per priority, so that the best one is unambiguous.
          let rule = Rule(
            CompactMatch(randomMatch()), rank: Int32(step), table: 0, actions: [], now: 0)
          rules.append(rule)
          table.insert(rule)
        }
        #expect(table.count == rules.count)
        if step % 5 == 0 { for _ in 0..<20 { check(table, rules) } }
      }
    }
  }

  private mutating func check(_ table: FlowTable, _ rules: [Rule]) {
    let flow = randomFlow()
    var mask = PipelineMask()
    let found = table.lookup(flow, &mask)
    let best = rules.filter { $0.match.matches(flow) }.max { $0.rank < $1.rank }
    #expect(found === best)
    for _ in 0..<4 {
      let other = (flow & mask) | (randomFlow() & ~mask)
      var ignored = PipelineMask()
      #expect(table.lookup(other, &ignored) === best)
    }
  }

  @Test func prefixesSaveBits() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    try s.flows(
      "br0", "priority=2,ip,nw_dst=10.0.0.0/8,actions=output:1",
      "priority=1,ip,nw_dst=192.168.0.0/16,actions=output:2")
    let table = try #require(s["br0"].tables[0])
    var flow = Flow(key("eth_type(0x0800),ipv4(dst=192.168.1.1)"))
    var mask = PipelineMask()
    #expect(table.lookup(flow, &mask)?.priority == 1)
    #expect(mask.key.ipv4Dst == 0xffff_0000)
    flow.key.ipv4Dst = 0x4000_0000
    mask = PipelineMask()
    #expect(table.lookup(flow, &mask) == nil)
    #expect(mask.key.ipv4Dst.leadingZeroBitCount == 0 && mask.key.ipv4Dst.nonzeroBitCount <= 2)
  }

  /// A prefix trie against a list of prefixes, of short and of long fields.
  @Test(arguments: [32, 128]) mutating func triesAnswerAsListsDo(width: Int) {
    var trie = PrefixTrie(width: width)
    var prefixes: [(value: UInt128, length: Int)] = []
    // Few different values, so that prefixes have something in common.
    let bits = UInt128(0xc0c0_00ff) << 96 | (width == 128 ? UInt128(0x8000_0001_0000_0003) : 0)
    func value(_ random: inout SeededGenerator) -> UInt128 {
      (UInt128(random.next()) << 64 | UInt128(random.next())) & bits
    }
    for _ in 0..<600 {
      if pick(0...2) == 0, !prefixes.isEmpty {
        let gone = prefixes.remove(at: pick(0...prefixes.count - 1))
        trie.remove(gone.value, length: gone.length)
      } else {
        let length = pick(1...width)
        let prefix = value(&random) & PrefixTrie.mask(length)
        prefixes.append((prefix, length))
        trie.insert(prefix, length: length)
      }
      let value = value(&random)
      let answer = trie.lookup(value)
      for length in 1...width {
        let covers = prefixes.contains {
          $0.length == length && $0.value == value & PrefixTrie.mask(length)
        }
        #expect(answer.covers(length) == covers)
      }
      let known = PrefixTrie.mask(answer.examined)
      let noise = UInt128(random.next()) << 64 | UInt128(random.next())
      let other = trie.lookup(value & known | noise & ~known & PrefixTrie.mask(width))
      let shorter: UInt128 = answer.examined >= 128 ? .max : (1 << UInt128(answer.examined)) - 1
      #expect(other.lengths & shorter == answer.lengths & shorter)
      #expect(answer.lengths & ~shorter == 0)
    }
    for prefix in prefixes { trie.remove(prefix.value, length: prefix.length) }
    #expect(trie.isEmpty)
  }

  /// What is not within three prefixes of 2001:db8::/32 is known by its first bits.
  @Test func prefixesSaveBitsOfIPv6() throws {
    let s = TestSwitch()
    s.bridge("br0", secure: true)
    try s.flows(
      "br0", "priority=2,ipv6,ipv6_dst=2001:db8:1::/48,actions=output:1",
      "priority=2,ipv6,ipv6_dst=2001:db8:2:3::/64,actions=output:1",
      "priority=1,ipv6,actions=output:2")
    let table = try #require(s["br0"].tables[0])
    let flow = Flow(key("eth_type(0x86dd),ipv6(dst=fe80::1)"))
    var mask = PipelineMask()
    #expect(table.lookup(flow, &mask)?.priority == 1)
    #expect(mask.key.ipv6Dst.nonzeroBitCount <= 2)
    #expect(mask.key.ipv6Src == 0)
  }

  /// Clauses against the cross product that they stand for, in every order of priorities.
  @Test mutating func conjunctionsAreCrossProducts() {
    for _ in 0..<30 {
      let table = FlowTable(id: 0)
      var rules: [Rule] = []
      func insert(_ rule: Rule) {
        guard table.find(rule.compact, rank: rule.rank) == nil else { return }
        rules.append(rule)
        table.insert(rule)
      }
      for id in UInt32(1)...3 {
        var final = Match()
        final.set(.ethType, 0x0800)
        final.setConjunction(id)
        insert(
          Rule(CompactMatch(final), rank: 100, table: 0, actions: [], cookie: UInt64(id), now: 0))
      }
      for _ in 0..<24 {
        // One priority for each conjunction, as a priority cannot decide between two.
        let id = UInt32(pick(1...3))
        let clause = pick(0...1)
        var match = Match()
        match.set(.ethType, 0x0800)
        match.set(clause == 0 ? .ipv4Src : .ipv4Dst, UInt128(randomAddress()))
        let rule = Rule(
          CompactMatch(match), rank: Int32(10 * id), table: 0,
          actions: [ConjunctionAction(id: id, clause: UInt8(clause), clauseCount: 2)], now: 0)
        insert(rule)
      }
      for _ in 0..<6 {
        insert(
          Rule(
            CompactMatch(randomMatch()), rank: Int32([5, 15, 25, 35][pick(0...3)]),
            table: 0, actions: [], now: 0))
      }
      for _ in 0..<40 {
        let flow = randomFlow()
        var mask = PipelineMask()
        let found = table.lookup(flow, &mask)
        #expect(found?.rank == naive(rules, flow)?.rank)
        for _ in 0..<4 {
          let other = (flow & mask) | (randomFlow() & ~mask)
          var ignored = PipelineMask()
          #expect(table.lookup(other, &ignored) === found)
        }
      }
    }
  }

  /// What a list of rules says of conjunctions whose clauses have one priority each.
  private func naive(_ rules: [Rule], _ flow: Flow) -> Rule? {
    let matching = rules.filter { $0.match.matches(flow) }
    let plain = matching.filter { $0.conjunctions.isEmpty }.max { $0.rank < $1.rank }
    let ids = (UInt32(1)...3).reversed().filter { id in
      (UInt8(0)...1).allSatisfy { clause in
        matching.contains {
          $0.rank > plain?.rank ?? .min
            && $0.conjunctions.contains(ConjunctionAction(id: id, clause: clause, clauseCount: 2))
        }
      }
    }
    guard let id = ids.first else { return plain }
    return rules.first { $0.rank == 100 && $0.cookie == UInt64(id) }
  }
}

extension Match {
  fileprivate mutating func setConjunction(_ id: UInt32) {
    var (value, mask) = (self.value, self.mask)
    let offset = Flow.Offset.state + StateFields.Offset.conjID
    value.setBytes(offset, 4, UInt128(id))
    mask.setBytes(offset, 4, 0xffff_ffff)
    self = Match(value: value, mask: mask)
  }
}

extension PrefixTrie {
  fileprivate static func mask32(_ length: Int) -> UInt32 {
    UInt32(truncatingIfNeeded: mask(length) >> 96)
  }
}

extension Flow {
  static prefix func ~ (flow: Flow) -> Flow {
    var flow = flow
    withUnsafeMutableBytes(of: &flow) { for i in $0.indices { $0[i] = ~$0[i] } }
    return flow
  }
}
