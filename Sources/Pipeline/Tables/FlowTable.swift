import Fields
import OpenFlow

/// A flow table: rules with priorities, found by tuple space search.
///
/// A lookup visits the subtables (one per mask) from the highest priority down and stops when no
/// subtable left could have a better rule than the one found. Besides the rule it returns, by adding
/// to a mask, *what it looked at*: any packet that has the same bits there gets the same rule from the
/// same table. That is what makes a megaflow sound. Three things keep that mask small: stages
/// (`Subtable`), prefixes of addresses and of ports (`PrefixTrie`), and the early stop.
///
/// A lookup copies no flow: it reads the packet's words where they lie, only those that the
/// subtables' masks have, and adds to the mask in place.
///
/// Threads: as `Pipeline` says; the counters are under the statistics lock.
public final class FlowTable {
  public let id: UInt8
  /// Keeps the subtables; `order` refers to them without counting.
  private var subtables = SubtableMap()
  private var order = SubtableOrder()
  private(set) var tries: PrefixTries {
    didSet { triesInPlace = .passUnretained(tries) }
  }
  private var triesInPlace: Unmanaged<PrefixTries>
  /// How many rules there are.
  public private(set) var count = 0
  private var expiry = ExpiryQueue()
  /// Limits and what is thrown out when they are reached.
  var settings = FlowTableSettings()
  var vacancy = VacancyState()
  /// What megaflows may not agree with yet.
  var changes = TableChanges()
  /// Only when the table evicts.
  var eviction: EvictionGroups?

  var lookups: UInt64 = 0
  var matches: UInt64 = 0

  init(id: UInt8) {
    self.id = id
    tries = PrefixTries(PrefixField.defaults)
    triesInPlace = .passUnretained(tries)
  }

  deinit { order.deallocate() }

  // MARK: Lookup

  /// The best rule for `flow`; `flow.key.inPort` is an OpenFlow port. Adds what was examined to
  /// `wildcards`. The rule is in the table as long as the caller has the lock.
  func search(
    _ flow: UnsafeMutablePointer<Flow>, _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Unmanaged<Rule>? {
    withUnsafeTemporaryAllocation(
      of: Unmanaged<Rule>.self, capacity: max(1, order.count)
    ) { memory in
      var soft = SoftRules(memory)
      let best = walk(flow, wildcards) { soft.append($0) }
      return soft.isEmpty ? best : resolve(&soft, against: best, flow, wildcards)
    }
  }

  /// As above, of a value.
  func lookup(_ flow: Flow, _ wildcards: inout PipelineMask) -> Rule? {
    var flow = flow
    return search(&flow, &wildcards)?.takeUnretainedValue()
  }

  /// The best rule that is no clause.
  func searchPlain(
    _ flow: UnsafeMutablePointer<Flow>, _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Unmanaged<Rule>? {
    walk(flow, wildcards) { _ in }
  }

  /// The best rule that is no clause; shows the clauses that a subtable has on the way to `body`.
  @inline(__always)
  private func walk(
    _ flow: UnsafeMutablePointer<Flow>, _ wildcards: UnsafeMutablePointer<PipelineMask>,
    _ body: (Unmanaged<Rule>) -> Void
  ) -> Unmanaged<Rule>? {
    var prefixes = PrefixSearch(triesInPlace, flow)
    let words = FlowWords(flow)
    var best: Unmanaged<Rule>?
    var highest = Int32.min
    var place = order.places
    let end = place + order.count
    while place < end, highest < place.pointee.highest {
      let found = place.pointee.subtable._withUnsafeGuaranteedRef {
        $0.lookup(words, wildcards, &prefixes)
      }
      place += 1
      guard let found else { continue }
      let (rank, isClause) = found._withUnsafeGuaranteedRef { ($0.rank, $0.isClause) }
      if isClause {
        body(found)
      } else if rank > highest {
        best = found
        highest = rank
      }
    }
    return best
  }

  // MARK: Control thread, inside `Pipeline.change`

  /// The rule with exactly this match and rank.
  func find(_ match: CompactMatch, rank: Int32) -> Rule? {
    subtables[match.shape]?.find(match.values, rank: rank)
  }

  /// The rule with the match and rank of `rule`.
  func find(like rule: Rule) -> Rule? { subtables[rule.shape]?.find(like: rule) }

  /// Inserts a rule whose match and rank the table does not have.
  func insert(_ rule: Rule) {
    let subtable = subtable(rule.shape)
    let before = subtable.highestRank
    subtable.insert(rule)
    count += 1
    expiry.add(rule)
    tries.change(rule, subtable.prefixes, adding: true)
    if subtable.highestRank != before { order.sort(subtable) }
    eviction?.add(rule)
  }

  func remove(_ rule: Rule) {
    guard let subtable = subtables[rule.shape] else { return }
    let before = subtable.highestRank
    subtable.remove(rule)
    count -= 1
    expiry.remove(rule)
    tries.change(rule, subtable.prefixes, adding: false)
    eviction?.remove(rule)
    if subtable.isEmpty {
      order.remove(subtable)
      subtables.remove(rule.shape)
    } else if subtable.highestRank != before {
      order.sort(subtable)
    }
  }

  /// Changes a rule that is in the table without moving it.
  func update(_ rule: Rule, _ change: () -> Void) {
    expiry.remove(rule)
    eviction?.remove(rule)
    change()
    eviction?.add(rule)
    expiry.add(rule)
  }

  /// Takes over of which fields there are tries.
  func setPrefixes(_ fields: [PrefixField]) {
    guard fields != tries.fields else { return }
    tries = PrefixTries(fields)
    for subtable in subtables.all {
      subtable.track(tries)
      subtable.visit { tries.change($0, subtable.prefixes, adding: true) }
    }
  }

  private func subtable(_ shape: MatchShape) -> Subtable {
    if let existing = subtables[shape] { return existing }
    let subtable = Subtable(shape, tries: tries)
    subtables.add(subtable)
    order.add(subtable)
    return subtable
  }

  // MARK: Lists

  /// Whether a rule has a timeout.
  var mayExpire: Bool { !expiry.isEmpty }

  /// The rules whose time is over; they are to be removed. Under the statistics lock.
  func takeExpired(at now: Int64) -> [(Rule, Rule.RemovalReason)] { expiry.takeExpired(at: now) }

  /// All rules, in the order in which lookups visit their subtables.
  var rules: [Rule] {
    var result: [Rule] = []
    result.reserveCapacity(count)
    visit { result.append($0) }
    return result
  }

  func visit(_ body: (Rule) -> Void) {
    for index in 0..<order.count { order.places[index].subtable.takeUnretainedValue().visit(body) }
  }

  /// Rules whose matches are at least as specific as `match`.
  func rules(coveredBy match: CompactMatch) -> [Rule] {
    var result: [Rule] = []
    for subtable in subtables.all {
      guard let test = CoverTest(match, shape: subtable.shape) else { continue }
      subtable.visit { if test.accepts($0) { result.append($0) } }
    }
    return result
  }

  /// Whether a rule of this rank could match a packet that `match` matches as well.
  func hasOverlap(_ match: CompactMatch, rank: Int32) -> Bool {
    subtables.all.contains { subtable in
      let test = CoverTest(overlapOf: match, shape: subtable.shape)
      var found = false
      subtable.visit {
        if !found, $0.rank == rank, test.accepts($0) { found = true }
      }
      return found
    }
  }
}
