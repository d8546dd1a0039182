import Fields
import OpenFlow

/// Which rule a full table gives up (ovs-vswitchd.conf.db(5), "Eviction Policy"): of the largest group
/// the rule of least importance, and among those the one that would expire first. Rules without a
/// timeout are never given up.
///
/// Groups are sets, and the candidate is searched when one is needed: packets change when a rule
/// expires, and must not have to move anything here. Control thread.
final class EvictionGroups {
  private let fields: [Subfield]
  private var groups: [[UInt128]: [ObjectIdentifier: Rule]] = [:]

  init(_ fields: [Subfield]) { self.fields = fields }

  func add(_ rule: Rule) {
    guard rule.isMortal else { return }
    groups[group(of: rule), default: [:]][ObjectIdentifier(rule)] = rule
  }

  func remove(_ rule: Rule) {
    guard rule.isMortal else { return }
    let group = group(of: rule)
    groups[group]?[ObjectIdentifier(rule)] = nil
    if groups[group]?.isEmpty == true { groups[group] = nil }
  }

  /// The rule to give up next, if there is one. Under the statistics lock.
  func candidate() -> Rule? {
    let largest = groups.values.max { $0.count < $1.count }
    return largest?.values.min { Self.endurance(of: $0) < Self.endurance(of: $1) }
  }

  /// How little a rule invites to give it up: importance, expiry, and age, the oldest first.
  private static func endurance(of rule: Rule) -> (UInt16, Int64, UInt64) {
    var expiry = Int64.max
    if rule.hardTimeout > 0 { expiry = rule.modified + Int64(rule.hardTimeout) * 1000 }
    if rule.idleTimeout > 0 {
      expiry = min(expiry, rule.credit.used + Int64(rule.idleTimeout) * 1000)
    }
    return (rule.importance, expiry, rule.sequence)
  }

  private func group(of rule: Rule) -> [UInt128] {
    guard !fields.isEmpty else { return [] }
    let value = rule.match.value
    return fields.map { $0.value(in: value) }
  }
}
