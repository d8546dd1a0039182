import Fields

/// The prefix tries of a table during one lookup: asks each of them once, and only if a subtable
/// needs it.
struct PrefixSearch {
  private let source: PrefixTrie
  private let destination: PrefixTrie
  private var sourceAnswer: PrefixTrie.Answer?
  private var destinationAnswer: PrefixTrie.Answer?

  init(source: PrefixTrie, destination: PrefixTrie) {
    self.source = source
    self.destination = destination
  }

  /// Whether no rule of `subtable` can match, because none has a prefix that covers the packet's
  /// address. If so, adds the bits that tell this to `wildcards`. Looks only at the fields that are
  /// in `stage`.
  mutating func exclude(
    _ subtable: Subtable, within stage: PipelineMask, _ key: FlowKey,
    _ wildcards: inout PipelineMask
  ) -> Bool {
    if let length = subtable.sourcePrefix, stage.key.ipv4Src != 0 {
      let answer = sourceAnswer ?? source.lookup(key.ipv4Src)
      sourceAnswer = answer
      if Self.exclude(length, answer, &wildcards.key.ipv4Src) { return true }
    }
    if let length = subtable.destinationPrefix, stage.key.ipv4Dst != 0 {
      let answer = destinationAnswer ?? destination.lookup(key.ipv4Dst)
      destinationAnswer = answer
      if Self.exclude(length, answer, &wildcards.key.ipv4Dst) { return true }
    }
    return false
  }

  /// The trie serves all rules of the table, so its proof may need more bits than the subtable's own
  /// comparison would; then it is only used when those bits are matched anyway.
  private static func exclude(
    _ length: Int, _ answer: PrefixTrie.Answer, _ field: inout UInt32
  ) -> Bool {
    guard !answer.covers(length) else { return false }
    let bits = PrefixTrie.mask(answer.examined)
    guard answer.examined <= length || field & bits == bits else { return false }
    field |= bits
    return true
  }
}
