import Fields

/// The rules of a table that have one mask, by their values: a hash table per mask is what makes
/// "tuple space search".
///
/// A packet's fields are compared in stages: metadata, then Ethernet, network, transport. When no
/// rule has the values seen so far, the lookup stops there, and the megaflow need not match the
/// fields of later stages.
final class Subtable {
  let mask: PipelineMask
  /// By masked value, rules of higher priority first.
  private var rules: [Flow: [Rule]] = [:]
  private var stages: [Stage] = []
  /// How many rules have each priority.
  private var priorities: [UInt16: Int] = [:]
  private(set) var highestPriority: UInt16 = 0
  /// Prefix lengths of the mask in IPv4 source and destination; nil when it has no prefix there.
  let sourcePrefix: Int?
  let destinationPrefix: Int?
  /// The ports of the rules, if the mask has ports: how much of a port tells that none matches.
  private var ports = PrefixTrie()
  private let portsMask: UInt32

  private struct Stage {
    let mask: PipelineMask
    var values: [Flow: Int] = [:]
  }

  init(mask: PipelineMask) {
    self.mask = mask
    sourcePrefix = PrefixTrie.length(of: mask.key.ipv4Src)
    destinationPrefix = PrefixTrie.length(of: mask.key.ipv4Dst)
    portsMask = mask.key.field(FlowKey.Offset.tpSrc, UInt32.self)
    var last = Flow()
    for stage in StageMasks.all {
      let part = mask & stage
      // The whole mask is no stage of its own: that is the lookup itself.
      if part != last, part != mask { stages.append(Stage(mask: part)) }
      last = part
    }
  }

  var isEmpty: Bool { rules.isEmpty }
  var allRules: [Rule] { rules.values.flatMap { $0 } }

  /// The rule of this very match and priority.
  func find(_ value: Flow, priority: UInt16) -> Rule? {
    rules[value]?.first { $0.priority == priority }
  }

  func insert(_ rule: Rule) {
    let value = rule.match.value
    var bucket = rules[value] ?? []
    bucket.insert(rule, at: bucket.firstIndex { $0.priority < rule.priority } ?? bucket.count)
    rules[value] = bucket
    for index in stages.indices {
      stages[index].values[value & stages[index].mask, default: 0] += 1
    }
    if portsMask != 0 {
      ports.insert(Self.ports(value), length: portsLength)
    }
    priorities[rule.priority, default: 0] += 1
    highestPriority = max(highestPriority, rule.priority)
  }

  func remove(_ rule: Rule) {
    let value = rule.match.value
    guard var bucket = rules[value], let index = bucket.firstIndex(where: { $0 === rule }) else {
      return
    }
    bucket.remove(at: index)
    rules[value] = bucket.isEmpty ? nil : bucket
    for index in stages.indices {
      let part = value & stages[index].mask
      let left = (stages[index].values[part] ?? 1) - 1
      stages[index].values[part] = left > 0 ? left : nil
    }
    if portsMask != 0 { ports.remove(Self.ports(value), length: portsLength) }
    let left = (priorities[rule.priority] ?? 1) - 1
    priorities[rule.priority] = left > 0 ? left : nil
    if left <= 0, rule.priority == highestPriority { highestPriority = priorities.keys.max() ?? 0 }
  }

  /// The best rule for `flow`. Adds what was examined to `wildcards`.
  func lookup(_ flow: Flow, _ wildcards: inout PipelineMask, _ prefixes: inout PrefixSearch)
    -> Rule?
  {
    var passed = Flow()
    for stage in stages {
      if prefixes.exclude(self, within: stage.mask, flow.key, &wildcards) {
        wildcards = wildcards | passed
        return nil
      }
      passed = stage.mask
      if stage.values[flow & stage.mask] == nil {
        wildcards = wildcards | passed
        return nil
      }
    }
    if prefixes.exclude(self, within: mask, flow.key, &wildcards) {
      wildcards = wildcards | passed
      return nil
    }
    if let bucket = rules[flow & mask] {
      wildcards = wildcards | mask
      return bucket.first
    }
    wildcards = wildcards | missMask(flow)
    return nil
  }

  /// What a miss of the whole mask examined: of the ports only the bits that tell.
  private func missMask(_ flow: Flow) -> PipelineMask {
    guard portsMask != 0 else { return mask }
    let examined = ports.lookup(Self.ports(flow) & portsMask).examined
    var result = mask
    result.key.setField(FlowKey.Offset.tpSrc, portsMask & PrefixTrie.mask(examined))
    return result
  }

  private var portsLength: Int { 32 - portsMask.trailingZeroBitCount }
  private static func ports(_ flow: Flow) -> UInt32 {
    flow.key.field(FlowKey.Offset.tpSrc, UInt32.self)
  }
}
