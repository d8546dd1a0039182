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
        match.set(.ipv4Dst, UInt128(randomAddress()), mask: UInt128(PrefixTrie.mask(length)))
      }
      if pick(0...3) == 0 {
        match.set(.ipv4Src, UInt128(randomAddress()), mask: UInt128(PrefixTrie.mask(pick(1...32))))
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
            match: randomMatch(), priority: UInt16(step), table: 0, actions: [], now: 0)
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
    let best = rules.filter { $0.match.matches(flow) }.max { $0.priority < $1.priority }
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

  /// A prefix trie against a list of prefixes.
  @Test mutating func triesAnswerAsListsDo() {
    var trie = PrefixTrie()
    var prefixes: [(value: UInt32, length: Int)] = []
    for _ in 0..<600 {
      if pick(0...2) == 0, !prefixes.isEmpty {
        let gone = prefixes.remove(at: pick(0...prefixes.count - 1))
        trie.remove(gone.value, length: gone.length)
      } else {
        let length = pick(1...32)
        let value =
          UInt32(truncatingIfNeeded: random.next()) & 0xc0c0_00ff & PrefixTrie.mask(length)
        prefixes.append((value, length))
        trie.insert(value, length: length)
      }
      let value = UInt32(truncatingIfNeeded: random.next()) & 0xc0c0_00ff
      let answer = trie.lookup(value)
      for length in 1...32 {
        let covers = prefixes.contains {
          $0.length == length && $0.value == value & PrefixTrie.mask(length)
        }
        #expect(answer.covers(length) == covers)
      }
      let noise = UInt32(truncatingIfNeeded: random.next()) & ~PrefixTrie.mask(answer.examined)
      let other = value & PrefixTrie.mask(answer.examined) | noise
      let longer = UInt32(truncatingIfNeeded: ~0 << UInt64(answer.examined))
      let known = trie.lookup(other).lengths & ~longer
      #expect(known == answer.lengths & ~longer)
      #expect(answer.lengths & longer == 0)
    }
  }
}

extension Flow {
  static prefix func ~ (flow: Flow) -> Flow {
    var flow = flow
    withUnsafeMutableBytes(of: &flow) { for i in $0.indices { $0[i] = ~$0[i] } }
    return flow
  }
}
