import Testing

@testable import Pipeline

/// Large tries.
@Suite struct PrefixTrieTests {
  private var random = SeededGenerator(23)

  private mutating func prefix(_ lengths: ClosedRange<Int>) -> Prefix {
    let length = Int.random(in: lengths, using: &random)
    return Prefix(
      value: UInt128(random.next()) << 64 & PrefixTrie.mask(length), length: length)
  }

  private struct Prefix: Hashable {
    let value: UInt128
    let length: Int
  }

  /// With removals in between, also of everything below a short prefix.
  @Test(arguments: [32, 64]) mutating func largeTriesAnswerAsSetsDo(width: Int) {
    var trie = PrefixTrie(width: width)
    var prefixes: [Prefix: Int] = [:]
    for round in 0..<4 {
      for index in 0..<9_000 {
        let new = prefix(index % 40 == 0 ? 1...11 : 12...width)
        prefixes[new, default: 0] += 1
        trie.insert(new.value, length: new.length)
      }
      for (old, count) in prefixes.sorted(by: { $0.key.value < $1.key.value }).prefix(7_000) {
        guard round % 2 == 1 || Bool.random(using: &random) else { continue }
        for _ in 0..<count { trie.remove(old.value, length: old.length) }
        prefixes[old] = nil
      }
      check(trie, prefixes, width)
    }
    for (prefix, count) in prefixes {
      for _ in 0..<count { trie.remove(prefix.value, length: prefix.length) }
    }
    #expect(trie.isEmpty)
  }

  private mutating func check(_ trie: PrefixTrie, _ prefixes: [Prefix: Int], _ width: Int) {
    var known = prefixes.keys.sorted { $0.value < $1.value }[...]
    for _ in 0..<500 {
      known = known.dropFirst(max(1, known.count / 400))
      let noise = UInt128(random.next()) << 64 & PrefixTrie.mask(width)
      let value = known.first.map { $0.value | noise & ~PrefixTrie.mask($0.length) } ?? noise
      let answer = trie.lookup(value)
      let expected = (1...width).filter {
        prefixes[Prefix(value: value & PrefixTrie.mask($0), length: $0)] != nil
      }
      #expect((1...width).filter { answer.covers($0) } == expected)
    }
  }
}
