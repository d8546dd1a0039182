import Testing

@testable import Pipeline

/// A trie that learns late says what one says that learns at once.
@Suite struct DeferredTrieTests {
  private var random = SeededGenerator(29)

  private struct Prefix: Hashable {
    let value: UInt128
    let length: Int
  }

  private mutating func prefix(_ width: Int) -> Prefix {
    // Many have a beginning in common, some are the same.
    let kept: [UInt128] = [0xff00_fff0 << 96, 0xffff_ffff << 96, .max]
    let bits = UInt128(random.next()) << 64 & kept[Int.random(in: 0..<3, using: &random)]
    let length = Int.random(in: 1...width, using: &random)
    return Prefix(value: bits & PrefixTrie.mask(length), length: length)
  }

  /// In pieces of a few changes and of many more than may wait.
  @Test(arguments: [32, 16, 128]) mutating func saysTheSame(width: Int) {
    let late = DeferredTrie(width: width)
    var early = PrefixTrie(width: width)
    var known: [Prefix] = []
    for count in [1, 3, 40, 500, 9_000, 2, 20_000, 700] {
      for _ in 0..<count {
        if Int.random(in: 0..<3, using: &random) == 0, !known.isEmpty {
          let gone = known.remove(at: Int.random(in: known.indices, using: &random))
          late.change(gone.value, length: gone.length, adding: false)
          early.remove(gone.value, length: gone.length)
        } else {
          let new = prefix(width)
          known.append(new)
          late.change(new.value, length: new.length, adding: true)
          early.insert(new.value, length: new.length)
        }
      }
      compare(late, early, width)
    }
    for gone in known {
      late.change(gone.value, length: gone.length, adding: false)
      early.remove(gone.value, length: gone.length)
    }
    #expect(early.isEmpty)
    compare(late, early, width)
  }

  private mutating func compare(_ late: DeferredTrie, _ early: PrefixTrie, _ width: Int) {
    for _ in 0..<300 {
      let value = prefix(width).value
      let (a, b) = (late.lookup(value), early.lookup(value))
      #expect(a.lengths == b.lengths && a.examined == b.examined)
    }
  }

  @Test mutating func sorts() {
    for count in [0, 1, 5, 65, 1000] {
      var prefixes = (0..<count).map { _ in
        NarrowPrefix(UInt32.random(in: 0...(.max >> 9), using: &random), length: 32)
      }
      let expected = prefixes.map(\.value).sorted()
      RadixSort.sort(&prefixes)
      #expect(prefixes.map(\.value) == expected)
    }
  }

  @Test mutating func highestRankIsKnown() {
    var counts = RankCounts()
    var ranks: [Int32] = []
    for _ in 0..<2000 {
      if Int.random(in: 0..<5, using: &random) < 2, !ranks.isEmpty {
        counts.remove(ranks.remove(at: Int.random(in: ranks.indices, using: &random)))
      } else {
        let rank = Int32.random(in: -3...9, using: &random)
        ranks.append(rank)
        counts.add(rank)
      }
      #expect(counts.highest == ranks.max() ?? .min)
    }
  }
}
