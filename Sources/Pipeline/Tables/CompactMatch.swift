import Fields
import OpenFlow

/// A match without its zeros: a shape, and the words that it names. Rules hold the same in place
/// (`RuleWords`).
public struct CompactMatch: Sendable {
  let shape: MatchShape
  /// One per item of the shape.
  let values: [UInt64]

  public init(_ match: Match) {
    shape = MatchShape.of(match)
    values = shape.values(of: match)
  }

  init(_ shape: MatchShape, _ values: [UInt64]) {
    self.shape = shape
    self.values = values
  }

  /// The match in full.
  public var match: Match { Match(value: shape.flow(values), mask: shape.mask) }
}

extension CompactMatch: Equatable {
  public static func == (a: CompactMatch, b: CompactMatch) -> Bool {
    a.shape === b.shape && a.values == b.values
  }
}

/// "At least as specific as this match", for all rules of one shape.
struct CoverTest {
  private struct Condition {
    let item: Int
    let bits: UInt64
    let value: UInt64
  }

  private let conditions: [Condition]

  /// Nil when no rule of `shape` can be covered, because it does not look at all that `match` does.
  init?(_ match: CompactMatch, shape: MatchShape) {
    var conditions: [Condition] = []
    for (item, value) in zip(match.shape.items, match.values) {
      guard let index = shape.index(of: item), shape.items[index].bits & item.bits == item.bits
      else { return nil }
      conditions.append(Condition(item: index, bits: item.bits, value: value))
    }
    self.conditions = conditions
  }

  /// "Could match the same packet": compares what both look at.
  init(overlapOf match: CompactMatch, shape: MatchShape) {
    conditions = zip(match.shape.items, match.values).compactMap { item, value in
      guard let index = shape.index(of: item) else { return nil }
      let bits = item.bits & shape.items[index].bits
      return bits == 0 ? nil : Condition(item: index, bits: bits, value: value & bits)
    }
  }

  /// Whether a rule of the shape passes.
  func accepts(_ rule: Rule) -> Bool {
    rule.readWords { words in
      for condition in conditions where words[condition.item] & condition.bits != condition.value {
        return false
      }
      return true
    }
  }
}

extension MatchShape {
  /// Where this shape has the word and stage of another's item. (Stages divide a word by its bits, so
  /// bits of one item are never spread over two of another.)
  fileprivate func index(of item: Item) -> Int? {
    items.firstIndex { $0.word == item.word && $0.stage == item.stage }
  }
}
