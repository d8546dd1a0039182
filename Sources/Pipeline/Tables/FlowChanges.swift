import OpenFlow

/// Who asked for a change: monitors tell their own changes apart, and abbreviate them.
public struct FlowRequester: Equatable, Sendable {
  public let connection: ObjectIdentifier
  public let xid: UInt32

  public init(connection: ObjectIdentifier, xid: UInt32) {
    self.connection = connection
    self.xid = xid
  }
}

/// Numbers for what happens to a bridge's rules. Control thread.
final class FlowNumbers {
  private(set) var last: UInt64 = 0

  func next() -> UInt64 {
    last += 1
    return last
  }
}

/// Something that happened to a rule.
public struct FlowEvent {
  /// Counts what happens to the bridge's rules.
  public let number: UInt64
  public enum Kind: Sendable {
    case added
    case modified
    case removed(Rule.RemovalReason)
  }

  public let kind: Kind
  public let rule: Rule
  public let requester: FlowRequester?
  /// What the rule did before, when that changed.
  public let oldActions: [any Action]?
}

/// Changes to a bridge's flow tables that belong together: all of them come true, or none.
///
/// They are made at once, under the pipeline's write lock, so that later ones see earlier ones and no
/// packet sees only some. Each leaves a note of how to undo it; `revert` does that, latest first. What
/// the world must hear of them is collected, and told when they have come true.
///
/// Control thread, inside `Pipeline.change`.
final class FlowChanges {
  private enum Undo {
    case remove(Rule)
    case restore(Rule)
    indirect case reset(Rule, Rule.Properties)
    indirect case reconfigure(FlowTable, FlowTableSettings)
    case other(() -> Void)
  }

  let bridge: Bridge
  /// Whether nothing may be among the changes that cannot be undone.
  var isAtomic = false
  private var undo: [Undo] = []
  private(set) var events: [FlowEvent] = []

  /// Changes each of which stands for itself need no notes of how to undo them.
  private let keepsUndo: Bool

  init(_ bridge: Bridge, keepsUndo: Bool = true) {
    self.bridge = bridge
    self.keepsUndo = keepsUndo
  }

  /// Adds a rule whose match and rank its table does not have.
  func add(_ rule: Rule, for requester: FlowRequester?) {
    insert(rule)
    note(.added, rule, requester)
  }

  func remove(_ rule: Rule, _ reason: Rule.RemovalReason, for requester: FlowRequester?) {
    guard !rule.isRemoved else { return }
    take(rule)
    note(.removed(reason), rule, requester)
    removeLearned(by: rule.actions, rule.traits)
  }

  /// Puts a rule in the place of one of the same match and rank, whose counters it does not inherit.
  func replace(_ old: Rule, by new: Rule, as kind: FlowEvent.Kind, for requester: FlowRequester?) {
    take(old)
    insert(new)
    if case .modified = kind { new.sequence = old.sequence }
    noteChange(kind, new, from: Rule.Properties(of: old), requester)
    removeLearned(by: old.actions, old.traits)
  }

  /// Changes a rule that goes on counting.
  func update(
    _ rule: Rule, to new: Rule.Properties, as kind: FlowEvent.Kind, for requester: FlowRequester?
  ) {
    let (old, oldTraits) = (Rule.Properties(of: rule), rule.traits)
    set(rule, new)
    if keepsUndo { undo.append(.reset(rule, old)) }
    rule.changed = bridge.flowNumbers.next()
    if case .added = kind { rule.sequence = rule.changed }
    noteChange(kind, rule, from: old, requester)
    removeLearned(by: old.actions, oldTraits)
  }

  /// Removes what only actions that are gone now could have learned.
  private func removeLearned(by actions: [any Action], _ traits: ActionTraits) {
    guard traits.contains(.learning) else { return }
    for rule in bridge.index.removeLearners(in: actions, traits, of: bridge.tables) {
      remove(rule, .delete, for: nil)
    }
  }

  /// Something else that must be undone when the changes are.
  func onRevert(_ undoing: @escaping () -> Void) {
    if keepsUndo { undo.append(.other(undoing)) }
  }

  private func insert(_ rule: Rule) {
    rule.sequence = bridge.flowNumbers.next()
    rule.changed = rule.sequence
    enter(rule)
    if keepsUndo { undo.append(.remove(rule)) }
  }

  private func take(_ rule: Rule) {
    _ = bridge.flowNumbers.next()
    leave(rule)
    if keepsUndo { undo.append(.restore(rule)) }
  }

  // MARK: Tables and index, in step

  private func enter(_ rule: Rule) {
    let table = bridge.table(rule.table)
    table.insert(rule)
    bridge.pipeline.noteChange(of: rule, in: table)
    rule.isRemoved = false
    bridge.index.add(rule)
    bridge.index.addLearners(in: rule.actions, rule.traits)
  }

  /// What the rule's actions have learned is forgotten separately.
  private func leave(_ rule: Rule) {
    if let table = bridge.tables[Int(rule.table)] {
      table.remove(rule)
      bridge.pipeline.noteChange(of: rule, in: table)
    }
    rule.isRemoved = true
    bridge.index.remove(rule)
  }

  /// As for `leave`, what the old actions have learned is forgotten separately.
  private func set(_ rule: Rule, _ new: Rule.Properties) {
    bridge.index.remove(rule)
    if let table = bridge.tables[Int(rule.table)] {
      table.update(rule) { rule.take(new) }
      bridge.pipeline.noteChange(of: rule, in: table)
    }
    bridge.index.add(rule)
    bridge.index.addLearners(in: rule.actions, rule.traits)
  }

  private func forgetLearners(_ actions: [any Action], _ traits: ActionTraits) {
    _ = bridge.index.removeLearners(in: actions, traits, of: [])
  }

  // MARK: Room

  /// Changes what a table may hold, and evicts what has no room.
  func reconfigure(_ table: FlowTable, _ settings: FlowTableSettings) {
    if keepsUndo { undo.append(.reconfigure(table, table.settings)) }
    table.take(settings)
    guard let limit = settings.flowLimit else { return }
    while table.count > limit, evictOne(from: table, for: nil) {}
  }

  /// Makes room for one rule. False when nothing may be evicted.
  func evictOne(from table: FlowTable, for requester: FlowRequester?) -> Bool {
    guard let eviction = table.eviction else { return false }
    bridge.pipeline.megaflows.refreshStatistics()
    guard let victim = bridge.pipeline.crediting({ eviction.candidate() }) else { return false }
    remove(victim, .eviction, for: requester)
    return true
  }

  /// How far things have come; give it to `revert`.
  var mark: (undo: Int, events: Int) { (undo.count, events.count) }

  /// Undoes what was done since `mark`.
  func revert(to mark: (undo: Int, events: Int) = (0, 0)) {
    while undo.count > mark.undo, let step = undo.popLast() {
      switch step {
      case .remove(let rule):
        leave(rule)
        forgetLearners(rule.actions, rule.traits)
      case .restore(let rule): enter(rule)
      case .reset(let rule, let old):
        let (actions, traits) = (rule.actions, rule.traits)
        set(rule, old)
        forgetLearners(actions, traits)
      case .reconfigure(let table, let old): table.take(old)
      case .other(let undoing): undoing()
      }
    }
    events.removeLast(events.count - mark.events)
  }

  private func noteChange(
    _ kind: FlowEvent.Kind, _ rule: Rule, from old: Rule.Properties, _ requester: FlowRequester?
  ) {
    guard bridge.wantsFlowEvents else { return }
    let sameActions = ActionList.areEqual(old.actions, rule.actions)
    // A modification that changes nothing is no news.
    if case .modified = kind, sameActions, old.cookie == rule.cookie { return }
    events.append(
      FlowEvent(
        number: bridge.flowNumbers.last, kind: kind, rule: rule, requester: requester,
        oldActions: sameActions ? nil : old.actions))
  }

  private func isTold(_ kind: FlowEvent.Kind, _ rule: Rule) -> Bool {
    if case .removed = kind { return rule.flags.contains(.sendFlowRemoved) }
    return false
  }

  private func note(_ kind: FlowEvent.Kind, _ rule: Rule, _ requester: FlowRequester?) {
    guard bridge.wantsFlowEvents || isTold(kind, rule) else { return }
    events.append(
      FlowEvent(
        number: bridge.flowNumbers.last, kind: kind, rule: rule, requester: requester,
        oldActions: nil))
  }
}

extension Rule {
  /// What flow-mods may change of a rule.
  struct Properties {
    var actions: [any Action]
    var cookie: UInt64
    var idleTimeout: UInt16
    var hardTimeout: UInt16
    var importance: UInt16
    var flags: FlowMod.Flags
    var created: Int64
    var modified: Int64
    var sequence: UInt64

    init(of rule: Rule) {
      actions = rule.actions
      cookie = rule.cookie
      idleTimeout = rule.idleTimeout
      hardTimeout = rule.hardTimeout
      importance = rule.importance
      flags = rule.flags
      created = rule.created
      modified = rule.modified
      sequence = rule.sequence
    }
  }

  func take(_ new: Properties) {
    actions = new.actions
    cookie = new.cookie
    idleTimeout = new.idleTimeout
    hardTimeout = new.hardTimeout
    importance = new.importance
    flags = new.flags
    created = new.created
    modified = new.modified
    sequence = new.sequence
  }

  /// A rule of the same match and rank that begins to count.
  convenience init(replacing old: Rule, with new: Properties) {
    self.init(
      old.compact, rank: old.rank, table: old.table, actions: new.actions, cookie: new.cookie,
      idleTimeout: new.idleTimeout, hardTimeout: new.hardTimeout, importance: new.importance,
      flags: new.flags, now: new.created)
    modified = new.modified
    credit.used = new.modified
  }
}

extension FlowTable {
  /// Takes settings over, without throwing anything out.
  func take(_ new: FlowTableSettings) {
    let old = settings
    settings = new
    setPrefixes(new.prefixes)
    guard new.evictsAtAll != old.evictsAtAll || new.groups != old.groups else { return }
    eviction = new.evictsAtAll ? EvictionGroups(new.groups) : nil
    if let eviction { visit { eviction.add($0) } }
  }
}
