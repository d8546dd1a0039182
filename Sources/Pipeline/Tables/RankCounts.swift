/// How many rules have each rank. Most rules have the rank of the one before, whose count stands apart.
struct RankCounts {
  private var others: [Int32: Int] = [:]
  private var recent: Int32 = .min
  private var recentCount = 0
  /// Of all that are counted; `Int32.min` without any.
  private(set) var highest: Int32 = .min

  mutating func add(_ rank: Int32) {
    if rank != recent { turn(to: rank) }
    recentCount += 1
    highest = max(highest, rank)
  }

  mutating func remove(_ rank: Int32) {
    if rank != recent { turn(to: rank) }
    recentCount = max(0, recentCount - 1)
    guard recentCount == 0, rank == highest else { return }
    highest = others.keys.max() ?? .min
  }

  /// `others` has no count of zero, and none of `recent`.
  private mutating func turn(to rank: Int32) {
    if recentCount > 0 { others[recent] = recentCount }
    recentCount = others.removeValue(forKey: rank) ?? 0
    recent = rank
  }
}
