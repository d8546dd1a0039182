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
/// Threads: as `Pipeline` says; the counters are under the statistics lock.
public final class FlowTable {
  public let id: UInt8
  private var subtables: [PipelineMask: Subtable] = [:]
  /// The subtables by their highest priority, descending.
  private var order: [Subtable] = []
  private var sources = PrefixTrie()
  private var destinations = PrefixTrie()
  public private(set) var count = 0
  private var inserted: UInt64 = 0
  /// How many rules have a timeout.
  private var mortals = 0

  var lookups: UInt64 = 0
  var matches: UInt64 = 0

  init(id: UInt8) { self.id = id }

  /// The best rule for `flow`; `flow.key.inPort` is an OpenFlow port. Adds what was examined to
  /// `wildcards`.
  func lookup(_ flow: Flow, _ wildcards: inout PipelineMask) -> Rule? {
    var best: Rule?
    var prefixes = PrefixSearch(source: sources, destination: destinations)
    for subtable in order {
      if let best, best.priority >= subtable.highestPriority { break }
      guard let rule = subtable.lookup(flow, &wildcards, &prefixes) else { continue }
      if best == nil || rule.priority > (best?.priority ?? 0) { best = rule }
    }
    return best
  }

  // MARK: Control thread, inside `Pipeline.change`

  /// The rule with exactly this match and priority.
  func find(_ match: Match, priority: UInt16) -> Rule? {
    subtables[match.mask]?.find(match.value, priority: priority)
  }

  func insert(_ rule: Rule) {
    let mask = rule.match.mask
    let subtable: Subtable
    if let existing = subtables[mask] {
      subtable = existing
    } else {
      subtable = Subtable(mask: mask)
      subtables[mask] = subtable
      order.append(subtable)
    }
    let before = subtable.highestPriority
    let wasEmpty = subtable.isEmpty
    subtable.insert(rule)
    count += 1
    inserted += 1
    rule.sequence = inserted
    if rule.isMortal { mortals += 1 }
    changePrefixes(rule) { trie, value, length in trie.insert(value, length: length) }
    if wasEmpty || subtable.highestPriority != before { sort() }
  }

  func remove(_ rule: Rule) {
    let mask = rule.match.mask
    guard let subtable = subtables[mask] else { return }
    let before = subtable.highestPriority
    subtable.remove(rule)
    count -= 1
    if rule.isMortal { mortals -= 1 }
    changePrefixes(rule) { trie, value, length in trie.remove(value, length: length) }
    if subtable.isEmpty {
      subtables[mask] = nil
      order.removeAll { $0 === subtable }
    } else if subtable.highestPriority != before {
      sort()
    }
  }

  /// Whether a rule has a timeout.
  var mayExpire: Bool { mortals > 0 }

  /// All rules, hidden ones included, in no order.
  var rules: [Rule] { order.flatMap { $0.allRules } }

  /// Rules that `selection` covers: their matches are at least as specific.
  func rules(coveredBy match: Match) -> [Rule] {
    var result: [Rule] = []
    for subtable in order where subtable.mask & match.mask == match.mask {
      result += subtable.allRules.filter { $0.match.value & match.mask == match.value }
    }
    return result
  }

  /// Whether a rule of this priority could match a packet that `match` matches as well.
  func hasOverlap(_ match: Match, priority: UInt16) -> Bool {
    order.contains { subtable in
      let shared = subtable.mask & match.mask
      return subtable.allRules.contains {
        $0.priority == priority && $0.match.value & shared == match.value & shared
      }
    }
  }

  /// Insertion sort: the order hardly changes, and equal subtables keep their places.
  private func sort() {
    for index in order.indices.dropFirst() {
      var place = index
      while place > 0, order[place - 1].highestPriority < order[place].highestPriority {
        order.swapAt(place - 1, place)
        place -= 1
      }
    }
  }

  private func changePrefixes(_ rule: Rule, _ change: (inout PrefixTrie, UInt32, Int) -> Void) {
    if let length = PrefixTrie.length(of: rule.match.mask.key.ipv4Src) {
      change(&sources, rule.match.value.key.ipv4Src, length)
    }
    if let length = PrefixTrie.length(of: rule.match.mask.key.ipv4Dst) {
      change(&destinations, rule.match.value.key.ipv4Dst, length)
    }
  }
}
