import Fields
import OpenFlow
import Synchronization

/// An entry of a flow table.
///
/// Threads: the control thread writes, inside `Pipeline.change`; translators read under the read
/// lock. The counters are under the statistics lock.
public final class Rule {
  /// What the rule matches, in the form that a table of a million rules can hold: a shape, and the words
  /// that it names.
  let shape: MatchShape
  private var words: RuleWords
  /// Of the words. Tells nearly all values apart.
  let hash: UInt32
  /// The priority, or a higher rank that only the switch's own rules have (`HiddenFlows`).
  let rank: Int32
  public let table: UInt8
  public internal(set) var flags: FlowMod.Flags
  public internal(set) var idleTimeout: UInt16
  public internal(set) var hardTimeout: UInt16
  /// What is evicted first when its table is full: rules of the least importance.
  public internal(set) var importance: UInt16
  /// The second in which its timeouts are looked at. Belongs to the table.
  var due: Int32 = 0
  public internal(set) var cookie: UInt64
  public internal(set) var actions: [any Action] {
    didSet {
      traits = ActionTraits(of: actions)
      conjunctions = traits.contains(.clauses) ? Self.conjunctions(in: actions) : []
      forgetList()
    }
  }
  /// What the actions ask for besides being done.
  private(set) var traits: ActionTraits
  /// `list`, when it is there.
  private let knownList = Atomic<UnsafeRawPointer?>(nil)
  /// Clauses that the rule is part of. A rule with clauses is no match by itself.
  private(set) var conjunctions: [ConjunctionAction]
  /// Milliseconds.
  public internal(set) var created: Int64
  public internal(set) var modified: Int64

  /// The next lower rank of the same match. Belongs to the subtable.
  var next: Rule?
  /// The bridge's number of the rule's addition: rules of one priority are listed in this order.
  var sequence: UInt64 = 0
  /// The number of its last change.
  var changed: UInt64 = 0

  /// Whether the rule has left its table. The control thread writes it under the write lock.
  var isRemoved = false

  var credit: Credit

  /// What the rule did. `used` is when the last packet came, in milliseconds.
  struct Credit {
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    var used: Int64
  }

  /// Why a rule went, with OpenFlow's numbers.
  public enum RemovalReason: UInt8, Sendable {
    case idleTimeout = 0
    case hardTimeout, delete, groupDelete, meterDelete, eviction
  }

  init(
    _ compact: CompactMatch, rank: Int32, table: UInt8, actions: [any Action], cookie: UInt64 = 0,
    idleTimeout: UInt16 = 0, hardTimeout: UInt16 = 0, importance: UInt16 = 0,
    flags: FlowMod.Flags = [], now: Int64
  ) {
    shape = compact.shape
    let values = compact.values
    words = RuleWords(count: values.count) { words in
      for index in values.indices { (words + index).initialize(to: values[index]) }
    }
    hash = FlowHash.of(&words, count: values.count)
    self.rank = rank
    self.table = table
    self.actions = actions
    self.cookie = cookie
    self.idleTimeout = idleTimeout
    self.hardTimeout = hardTimeout
    self.importance = importance
    self.flags = flags
    traits = ActionTraits(of: actions)
    conjunctions = traits.contains(.clauses) ? Self.conjunctions(in: actions) : []
    created = now
    modified = now
    credit = Credit(used: now)
  }

  /// The rule that a flow-mod asks for.
  init(_ request: borrowing FlowMod, _ shape: MatchShape, now: Int64) {
    self.shape = shape
    let count = shape.items.count
    words = RuleWords(count: count) { shape.write(request.match, to: $0) }
    hash = FlowHash.of(&words, count: count)
    rank = Int32(request.priority)
    table = request.table == FlowMod.anyTable ? 0 : request.table
    actions = request.actions
    traits = request.traits
    conjunctions = traits.contains(.clauses) ? Self.conjunctions(in: request.actions) : []
    cookie = request.newCookie ?? request.cookie
    idleTimeout = request.idleTimeout
    hardTimeout = request.hardTimeout
    importance = request.importance
    flags = request.flags.intersection(.kept)
    created = now
    modified = now
    credit = Credit(used: now)
  }

  /// A rule of the switch's own.
  convenience init(_ match: Match = Match(), actions: [any Action]) {
    self.init(CompactMatch(match), rank: 0, table: 0, actions: actions, now: 0)
  }

  deinit {
    words.deallocate()
    forgetList()
  }

  /// A rule with clauses is no match by itself.
  var isClause: Bool { traits.contains(.clauses) }

  public var priority: UInt16 { UInt16(clamping: rank) }
  /// The match in full.
  public var match: Match { compact.match }
  /// The match as a value.
  var compact: CompactMatch {
    CompactMatch(
      shape, readWords { Array(UnsafeBufferPointer(start: $0, count: shape.items.count)) })
  }

  /// The words of the match, in place.
  @inline(__always)
  func readWords<T>(_ body: (UnsafePointer<UInt64>) -> T) -> T { words.read(body) }

  var isMortal: Bool { idleTimeout > 0 || hardTimeout > 0 }

  /// The actions as translators work them off; made by the first one that asks. It is there as long as
  /// the rule is and has these actions. Under the read lock.
  var list: Unmanaged<WorkList> {
    if let known = knownList.load(ordering: .acquiring) { return .fromOpaque(known) }
    let new = Unmanaged.passRetained(WorkList(compiling: actions))
    let (isFirst, known) = knownList.compareExchange(
      expected: nil, desired: UnsafeRawPointer(new.toOpaque()), ordering: .acquiringAndReleasing)
    if isFirst { return new }
    new.release()
    return known.map { .fromOpaque($0) } ?? self.list
  }

  private func forgetList() {
    guard let known = knownList.exchange(nil, ordering: .acquiringAndReleasing) else { return }
    Unmanaged<WorkList>.fromOpaque(known).release()
  }

  private static func conjunctions(in actions: [any Action]) -> [ConjunctionAction] {
    actions.compactMap { $0 as? ConjunctionAction }
  }
}
