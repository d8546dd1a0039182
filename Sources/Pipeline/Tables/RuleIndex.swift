import OpenFlow

/// A bridge's rules by what is asked for often: the groups and the meters that they name, and the
/// cookies that `learn` actions count or clean up. So such questions cost what they find, not what
/// the tables hold.
///
/// A group's or meter's rules are always known. Those of a learned cookie only from when it is first
/// counted (`watch`) until the last `learn` action with it goes: most cookies are never counted.
///
/// Threads: the control thread changes it together with the tables, inside `Pipeline.change`;
/// translators read it.
struct RuleIndex {
  /// Where `learn` actions put flows, and their cookie.
  struct Lesson: Hashable {
    let table: UInt8
    let cookie: UInt64
  }

  private struct Learned {
    /// How many actions learn such flows, and how many of those want them to go with the last.
    var learners = 0
    var cleaners = 0
    /// Nil while nobody has asked.
    var rules: Set<RuleReference>?
  }

  private var groups: [UInt32: Set<RuleReference>] = [:]
  private var groupMentions: [UInt32: Int] = [:]
  private var meters: [UInt32: Set<RuleReference>] = [:]
  private var lessons: [Lesson: Learned] = [:]

  func rules(ofGroup id: UInt32) -> [Rule] { groups[id]?.map(\.rule) ?? [] }
  func rules(ofMeter id: UInt32) -> [Rule] { meters[id]?.map(\.rule) ?? [] }
  /// How often flows name the group; one flow may do so several times.
  func count(ofGroup id: UInt32) -> Int { groupMentions[id] ?? 0 }
  func count(ofMeter id: UInt32) -> Int { meters[id]?.count ?? 0 }

  /// How many flows have the cookie; nil when that is not kept.
  func count(of lesson: Lesson) -> Int? { lessons[lesson]?.rules?.count }

  /// Takes up a rule that is in its table now.
  mutating func add(_ rule: Rule) {
    let reference = RuleReference(rule: rule)
    if rule.traits.contains(.references) {
      rule.actions.forEachNested { action in
        if let id = action.group {
          groups[id, default: []].insert(reference)
          groupMentions[id, default: 0] += 1
        }
        if let id = action.meter { meters[id, default: []].insert(reference) }
      }
    }
    if !lessons.isEmpty { lessons[lesson(of: rule)]?.rules?.insert(reference) }
  }

  /// Forgets a rule, before its actions change.
  mutating func remove(_ rule: Rule) {
    let reference = RuleReference(rule: rule)
    if rule.traits.contains(.references) {
      rule.actions.forEachNested { action in
        if let id = action.group {
          Self.remove(reference, from: &groups, id)
          let left = (groupMentions[id] ?? 1) - 1
          groupMentions[id] = left > 0 ? left : nil
        }
        if let id = action.meter { Self.remove(reference, from: &meters, id) }
      }
    }
    if !lessons.isEmpty { lessons[lesson(of: rule)]?.rules?.remove(reference) }
  }

  private static func remove(
    _ reference: RuleReference, from sets: inout [UInt32: Set<RuleReference>], _ id: UInt32
  ) {
    sets[id]?.remove(reference)
    if sets[id]?.isEmpty == true { sets[id] = nil }
  }

  private func lesson(of rule: Rule) -> Lesson { Lesson(table: rule.table, cookie: rule.cookie) }

  // MARK: Learning

  mutating func addLearners(in actions: [any Action], _ traits: ActionTraits) {
    guard traits.contains(.learning) else { return }
    for learn in Self.learners(in: actions) {
      lessons[learn.lesson, default: Learned()].learners += 1
      if learn.cleansUp { lessons[learn.lesson]?.cleaners += 1 }
    }
  }

  /// Returns the flows that only these actions could have learned, and that are to go with them.
  mutating func removeLearners(
    in actions: [any Action], _ traits: ActionTraits, of tables: [FlowTable?]
  ) -> [Rule] {
    guard traits.contains(.learning) else { return [] }
    var orphans: [Rule] = []
    for learn in Self.learners(in: actions) {
      guard var entry = lessons[learn.lesson] else { continue }
      entry.learners -= 1
      if learn.cleansUp {
        entry.cleaners -= 1
        if entry.cleaners == 0 {
          orphans += entry.rules?.map(\.rule) ?? learn.lesson.rules(in: tables)
        }
      }
      lessons[learn.lesson] = entry.learners > 0 ? entry : nil
    }
    return orphans
  }

  /// Keeps the flows with the cookie from now on, if an action learns them.
  mutating func watch(_ lesson: Lesson, in tables: [FlowTable?]) {
    guard let entry = lessons[lesson], entry.rules == nil else { return }
    lessons[lesson]?.rules = Set(lesson.rules(in: tables).map(RuleReference.init))
  }

  private static func learners(
    in actions: [any Action]
  ) -> [(lesson: Lesson, cleansUp: Bool)] {
    actions.compactMap { action in
      guard type(of: action) == LearnAction.self, let learn = action as? LearnAction else {
        return nil
      }
      let cleansUp = learn.flags.contains(.deleteLearned)
      guard cleansUp || learn.limit > 0 else { return nil }
      return (Lesson(table: learn.table, cookie: learn.cookie), cleansUp)
    }
  }
}

extension RuleIndex.Lesson {
  /// Looks at the whole table.
  func rules(in tables: [FlowTable?]) -> [Rule] {
    guard Int(table) < tables.count else { return [] }
    return tables[Int(table)]?.rules.filter { $0.cookie == cookie } ?? []
  }
}

/// A rule as the thing that it is, for sets.
struct RuleReference: Hashable {
  let rule: Rule

  static func == (a: RuleReference, b: RuleReference) -> Bool { a.rule === b.rule }
  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(rule)) }
}
