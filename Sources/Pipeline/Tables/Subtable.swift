import Fields

/// The rules of a table that have one mask, by their values: a hash table per mask is what makes
/// "tuple space search".
///
/// A packet's fields are compared in stages: metadata, then Ethernet, network, transport. When no
/// rule has the values seen so far, the lookup stops there, and the megaflow need not match the
/// fields of later stages. One hash runs through the stages, so a lookup reads every word of the
/// mask once.
final class Subtable {
  let shape: MatchShape
  private let rules = RuleMap()
  /// For all stages but the last: how many rules have each hash up to there.
  private let stageCounts: UnsafeMutablePointer<HashCounts>
  private var ranks = RankCounts()
  var highestRank: Int32 { ranks.highest }
  private(set) var count = 0
  /// Prefixes that the mask has in fields of which the table keeps a trie.
  private(set) var prefixes: RulePrefixes
  /// What lookups read, where they find it at once: the shape's items, the prefixes, and what is done
  /// with them in which order.
  private let items: UnsafeMutablePointer<MatchShape.Item>
  private let itemCount: Int
  private let stageCount: Int
  private let prefixesInPlace: UnsafeMutablePointer<SubtablePrefix>
  private let steps: UnsafeMutablePointer<Step>
  private let seed = FlowHash.seed
  /// The ports of the rules, if the mask has ports: how much of a port tells that none matches.
  private let ports = DeferredTrie()
  private let portsMask: UInt32
  private let portsLength: Int
  /// The first rule, if all rules have one value and nothing but comparing can tell that it is not the
  /// packet's: so it is with the flow that most tables have for all else.
  private var sole: Unmanaged<Rule>?
  /// The item with the ports.
  private let portsItem: Int

  init(_ shape: MatchShape, tries: PrefixTries) {
    self.shape = shape
    (items, itemCount) = Self.copy(shape.items)
    (stageCounts, stageCount) = Self.copy(shape.stageEnds.map { _ in HashCounts() })
    prefixesInPlace = .allocate(capacity: PrefixField.maxCount)
    steps = .allocate(capacity: itemCount + stageCount + PrefixField.maxCount + 1)
    portsMask = shape.mask.key.field(FlowKey.Offset.tpSrc, UInt32.self)
    portsLength = 32 - portsMask.trailingZeroBitCount
    portsItem = shape.item(of: FlowKey.Offset.tpSrc, bytes: 4) ?? 0
    prefixes = RulePrefixes(shape, tries.fields)
    prepare()
  }

  private static func copy<T>(_ values: [T]) -> (UnsafeMutablePointer<T>, Int) {
    let memory = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    for (index, value) in values.enumerated() { (memory + index).initialize(to: value) }
    return (memory, values.count)
  }

  deinit {
    for stage in 0..<stageCount { stageCounts[stage].deallocate() }
    stageCounts.deallocate()
    items.deallocate()
    prefixesInPlace.deallocate()
    steps.deallocate()
  }

  /// Says of which prefixes there are tries from now on.
  func track(_ tries: PrefixTries) {
    prefixes = RulePrefixes(shape, tries.fields)
    prepare()
  }

  /// Lays out what lookups read.
  private func prepare() {
    noteSole()
    for index in 0..<prefixCount { (prefixesInPlace + index).initialize(to: prefixes.list[index]) }
    layOut()
  }

  private var prefixCount: Int { min(prefixes.list.count, PrefixField.maxCount) }

  /// A step of a lookup. `index` is that of an item, a stage or a prefix; `examined` items have been
  /// looked at when a lookup ends with this step.
  private struct Step {
    enum Kind: UInt8 { case hash, endOfStage, prefix, end }
    let kind: Kind
    let index: UInt8
    let examined: UInt8
  }

  /// Puts the steps of a lookup in order. A prefix is asked for as soon as its stage begins.
  private func layOut() {
    var count = 0
    func add(_ kind: Step.Kind, _ index: Int, _ examined: Int) {
      (steps + count).initialize(
        to: Step(kind: kind, index: UInt8(index), examined: UInt8(examined)))
      count += 1
    }
    var nextPrefix = 0
    var nextStage = 0
    for index in 0..<itemCount {
      if nextStage < stageCount, shape.stageEnds[nextStage] == index {
        add(.endOfStage, nextStage, index)
        nextStage += 1
      }
      while nextPrefix < prefixCount,
        prefixes.list[nextPrefix].stage <= items[index].stage
      {
        add(.prefix, nextPrefix, index)
        nextPrefix += 1
      }
      add(.hash, index, index)
    }
    add(.end, 0, itemCount)
  }

  var isEmpty: Bool { count == 0 }

  func visit(_ body: (Rule) -> Void) { rules.visit(body) }

  // MARK: Changing

  /// The rule of this very match and rank.
  func find(_ values: [UInt64], rank: Int32) -> Rule? {
    var hash = FlowHash.seed
    for word in values { hash = FlowHash.add(word, to: hash) }
    return values.withUnsafeBufferPointer {
      guard let words = $0.baseAddress else { return nil }
      return find(words, hash: FlowHash.finish(hash), rank)
    }
  }

  /// The rule of the match and rank that `rule` has.
  func find(like rule: Rule) -> Rule? {
    rule.readWords { find($0, hash: rule.hash, rule.rank) }
  }

  private func find(_ words: UnsafePointer<UInt64>, hash: UInt32, _ rank: Int32) -> Rule? {
    var rule = head(words, hash)
    while let current = rule, current.rank != rank { rule = current.next }
    return rule
  }

  /// No rule of this match and rank may be here.
  func insert(_ rule: Rule) {
    rule.readWords { words in
      let head = head(words, rule.hash)
      if let head, head.rank > rule.rank {
        var before = head
        while let next = before.next, next.rank > rule.rank { before = next }
        rule.next = before.next
        before.next = rule
      } else {
        rule.next = head
        rules.setHead(rule, rule.hash, replacing: head)
      }
      countStages(words, adding: true)
    }
    ranks.add(rule.rank)
    count += 1
    noteSole()
  }

  func remove(_ rule: Rule) {
    guard rule.readWords({ unlink(rule, $0) }) else { return }
    rule.readWords { countStages($0, adding: false) }
    count -= 1
    ranks.remove(rule.rank)
    noteSole()
  }

  /// False when it is not here.
  private func unlink(_ rule: Rule, _ words: UnsafePointer<UInt64>) -> Bool {
    guard let head = head(words, rule.hash) else { return false }
    if head === rule {
      if let next = rule.next {
        rules.setHead(next, rule.hash, replacing: rule)
      } else {
        rules.removeHead(rule, rule.hash)
      }
    } else {
      var before = head
      while let next = before.next, next !== rule { before = next }
      guard before.next === rule else { return false }
      before.next = rule.next
    }
    rule.next = nil
    return true
  }

  private func noteSole() {
    sole = prefixes.list.isEmpty && portsMask == 0 ? rules.sole : nil
  }

  private func head(_ words: UnsafePointer<UInt64>, _ hash: UInt32) -> Rule? {
    rules.first(hash) { rule in
      rule.readWords { own in
        for index in 0..<itemCount where own[index] != words[index] { return false }
        return true
      }
    }?.takeUnretainedValue()
  }

  /// Counts a rule's values up to each stage, and its ports, once more or once less.
  private func countStages(_ words: UnsafePointer<UInt64>, adding: Bool) {
    var hash = FlowHash.seed
    var index = 0
    for stage in 0..<stageCount {
      while index < shape.stageEnds[stage] {
        hash = FlowHash.add(words[index], to: hash)
        index += 1
      }
      if adding {
        stageCounts[stage].insert(FlowHash.finish(hash))
      } else {
        stageCounts[stage].remove(FlowHash.finish(hash))
      }
    }
    guard portsMask != 0 else { return }
    ports.change(
      UInt128(Self.ports(words[portsItem])) << 96, length: portsLength, adding: adding)
  }

  // MARK: Lookup

  /// The best rule for `flow`. Adds what was examined to `wildcards`.
  @inline(__always)
  func lookup(
    _ flow: FlowWords, _ wildcards: UnsafeMutablePointer<PipelineMask>,
    _ search: inout PrefixSearch
  ) -> Unmanaged<Rule>? {
    if let sole { return compare(sole, flow, wildcards) }
    var hash = seed
    var step = steps
    while true {
      let index = Int(step.pointee.index)
      switch step.pointee.kind {
      case .hash:
        hash = FlowHash.add(flow[Int(items[index].word)] & items[index].bits, to: hash)
      case .endOfStage:
        if !stageCounts[index].contains(FlowHash.finish(hash)) {
          examine(Int(step.pointee.examined), wildcards)
          return nil
        }
      case .prefix:
        if search.exclude(prefixesInPlace + index, wildcards) {
          examine(Int(step.pointee.examined), wildcards)
          return nil
        }
      case .end:
        let rule = rules.first(FlowHash.finish(hash)) { isEqual($0, flow) }
        if rule == nil, portsMask != 0 {
          examineMiss(flow, wildcards)
        } else {
          examine(itemCount, wildcards)
        }
        return rule
      }
      step += 1
    }
  }

  /// The rule, if the flow is what it matches. No more is examined than tells.
  @inline(__always)
  private func compare(
    _ rule: Unmanaged<Rule>, _ flow: FlowWords, _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Unmanaged<Rule>? {
    rule._withUnsafeGuaranteedRef { sole in
      sole.readWords { values in
        let words = wildcards.words
        for index in 0..<itemCount {
          let (word, bits) = (Int(items[index].word), items[index].bits)
          words[word] |= bits
          if flow[word] & bits != values[index] { return nil }
        }
        return rule
      }
    }
  }

  @inline(__always)
  private func isEqual(_ rule: Rule, _ flow: FlowWords) -> Bool {
    rule.readWords { values in
      for index in 0..<itemCount
      where flow[Int(items[index].word)] & items[index].bits != values[index] { return false }
      return true
    }
  }

  /// Adds the bits of the first `count` items.
  @inline(__always)
  private func examine(_ count: Int, _ wildcards: UnsafeMutablePointer<PipelineMask>) {
    let words = wildcards.words
    for index in 0..<count { words[Int(items[index].word)] |= items[index].bits }
  }

  /// What a miss of the whole mask examined: of the ports only the bits that tell.
  private func examineMiss(
    _ flow: FlowWords, _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) {
    let examined = ports.lookup(UInt128(Self.ports(flow[Self.portsWord]) & portsMask) << 96)
      .examined
    let known = wildcards.pointee.key.field(FlowKey.Offset.tpSrc, UInt32.self)
    examine(itemCount, wildcards)
    let bits = portsMask & UInt32(truncatingIfNeeded: PrefixTrie.mask(examined) >> 96)
    wildcards.pointee.key.setField(FlowKey.Offset.tpSrc, known | bits)
  }

  // MARK: Ports

  private static let portsWord = FlowKey.Offset.tpSrc / 8

  /// Source and destination port, of the word that they are the last half of.
  private static func ports(_ word: UInt64) -> UInt32 {
    UInt32(truncatingIfNeeded: UInt64(bigEndian: word))
  }
}
