/// A table's rules with timeouts, by the second in which they have to be looked at. So a second costs
/// what may be over in it, and not a walk over a million flows.
///
/// Packets put off an idle timeout; nothing is moved for that. When a rule's second comes and packets
/// came meanwhile, it gets a later one. Whoever shortens a timeout moves the rule (`FlowTable.update`).
/// Control thread.
struct ExpiryQueue {
  private var seconds: [Int32: Set<RuleReference>] = [:]

  /// Whether no rule has a timeout.
  var isEmpty: Bool { seconds.isEmpty }

  mutating func add(_ rule: Rule) {
    guard rule.isMortal else { return }
    // When the last packet came is not asked: that would need a lock, and is found out in time.
    add(rule, due: rule.end(lastUsed: rule.created))
  }

  private mutating func add(_ rule: Rule, due: Int64) {
    rule.due = Int32(clamping: due / 1000)
    seconds[rule.due, default: []].insert(RuleReference(rule: rule))
  }

  mutating func remove(_ rule: Rule) {
    guard rule.isMortal else { return }
    seconds[rule.due]?.remove(RuleReference(rule: rule))
    if seconds[rule.due]?.isEmpty == true { seconds[rule.due] = nil }
  }

  /// Takes out the rules whose time is over, in the order in which they were added. Under the
  /// statistics lock.
  mutating func takeExpired(at now: Int64) -> [(Rule, Rule.RemovalReason)] {
    let second = Int32(clamping: now / 1000)
    var expired: [(Rule, Rule.RemovalReason)] = []
    for due in seconds.keys.filter({ $0 <= second }) {
      for reference in seconds.removeValue(forKey: due) ?? [] {
        let rule = reference.rule
        if let reason = rule.expiry(at: now) {
          expired.append((rule, reason))
        } else {
          add(rule, due: rule.end(lastUsed: rule.credit.used))
        }
      }
    }
    return expired.sorted { $0.0.sequence < $1.0.sequence }
  }
}

extension Rule {
  /// When the first of the timeouts ends.
  fileprivate func end(lastUsed used: Int64) -> Int64 {
    let hard = hardTimeout > 0 ? modified + Int64(hardTimeout) * 1000 : .max
    let idle = idleTimeout > 0 ? used + Int64(idleTimeout) * 1000 : .max
    return min(hard, idle)
  }

  /// Why the rule's time is over, if it is. Under the statistics lock.
  fileprivate func expiry(at now: Int64) -> RemovalReason? {
    if hardTimeout > 0, now - modified >= Int64(hardTimeout) * 1000 { return .hardTimeout }
    if idleTimeout > 0, now - credit.used >= Int64(idleTimeout) * 1000 { return .idleTimeout }
    return nil
  }
}
