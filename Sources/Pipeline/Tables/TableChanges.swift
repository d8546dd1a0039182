import Fields

/// What changed in a flow table since all megaflows agreed with it: which megaflows may it concern?
///
/// A rule that comes, goes or is modified concerns the packets that it matches, and no others,
/// whatever its priority. Of a megaflow's packets we know the bits under its mask; so the change
/// cannot concern them when the rule wants other values of bits that are known. Changes of one shape
/// are kept together, as a set of values: a megaflow whose known bits cover the shape is looked up
/// once for all of them.
///
/// Bounded: with more changes than `limit` since then, the table is taken as changed altogether.
///
/// Threads: the control thread notes changes under the write lock; the revalidator asks under the read
/// lock.
struct TableChanges {
  private struct Group {
    let shape: MatchShape
    var values: Set<[UInt64]>
  }

  private var groups: [Group] = []
  private var count = 0
  private var isAltogether = false
  /// The generation of the last change.
  private(set) var generation: UInt64 = 0

  static let limit = 4096
  private static let maxShapes = 32
  /// Values that a megaflow is compared with one by one, when it cannot be looked up.
  private static let maxScan = 64

  /// Notes that this rule came, went or was modified. All megaflows agree with what the
  /// pipeline was in the generation `applied`.
  mutating func note(_ rule: Rule, _ generation: UInt64, applied: UInt64) {
    if self.generation <= applied { forget() }
    self.generation = generation
    guard !isAltogether else { return }
    count += 1
    guard count <= Self.limit, groups.count <= Self.maxShapes else { return noteAll(generation) }
    let match = rule.compact
    if let index = groups.firstIndex(where: { $0.shape === match.shape }) {
      groups[index].values.insert(match.values)
    } else {
      groups.append(Group(shape: match.shape, values: [match.values]))
    }
  }

  /// Notes that anything may have changed.
  mutating func noteAll(_ generation: UInt64) {
    forget()
    self.generation = generation
    isAltogether = true
  }

  private mutating func forget() {
    groups = []
    count = 0
    isAltogether = false
  }

  /// Whether a change may concern packets that were looked up in the table.
  func mayConcern(_ packets: KnownPackets) -> Bool {
    isAltogether || groups.contains { Self.mayConcern($0, packets) }
  }

  private static func mayConcern(_ group: Group, _ packets: KnownPackets) -> Bool {
    var values: [UInt64] = []
    var known: [UInt64] = []
    var isCovered = true
    values.reserveCapacity(group.shape.items.count)
    known.reserveCapacity(group.shape.items.count)
    for item in group.shape.items {
      let word = packets.word(Int(item.word))
      known.append(word.known & item.bits)
      values.append(word.value & word.known & item.bits)
      if word.known & item.bits != item.bits { isCovered = false }
    }
    if isCovered { return group.values.contains(values) }
    guard group.values.count <= maxScan else { return true }
    return group.values.contains { wanted in
      wanted.indices.allSatisfy { (wanted[$0] ^ values[$0]) & known[$0] == 0 }
    }
  }
}

/// What is known of a megaflow's packets at the moment in which a table was searched.
struct KnownPackets {
  /// As the datapath had them, but with the OpenFlow port, network order.
  var key: FlowKey
  /// Bits of `key` that are the same in all of them, and that the pipeline had not changed.
  var known: FlowMask
  /// `metadata` as it lies in a flow.
  var metadata: UInt64

  /// A word of the flow, and which bits of it are known. Of what is not in the datapath's key, only
  /// `metadata` is known.
  func word(_ index: Int) -> (value: UInt64, known: UInt64) {
    switch index {
    case 0..<FlowKey.wordCount: (key.rawWord(index), known.rawWord(index))
    case Flow.Offset.metadata / 8: (metadata, .max)
    default: (0, 0)
    }
  }
}

extension FlowKey {
  /// A word as it lies in memory.
  fileprivate func rawWord(_ index: Int) -> UInt64 {
    withUnsafeBytes(of: self) { $0.load(fromByteOffset: index * 8, as: UInt64.self) }
  }
}
