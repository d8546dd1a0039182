import Fields
import OpenFlow

/// Conjunctive matches (ovs-actions(7), "conjunction"): rules that are clauses of "any of these
/// sources AND any of these destinations", which cost the sum of the clauses' sizes, not the product.
///
/// A rule with `conjunction(ID, K/N)` is a *soft* match: it says that clause K of ID is met. When a
/// packet has met all N, it is looked up again with `conj_id` = ID. Soft matches are taken by priority,
/// the highest first; when those of one priority add up to nothing, each falls back to the next lower
/// rule of its own match. A plain rule beats soft ones of its priority and below.
extension FlowTable {
  func resolve(
    _ soft: inout SoftRules, against plain: Unmanaged<Rule>?,
    _ flow: UnsafeMutablePointer<Flow>, _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Unmanaged<Rule>? {
    var best = plain
    while true {
      let floor = best.map(Self.rank) ?? .min
      soft.removeAll { Self.rank($0) <= floor }
      guard !soft.isEmpty else { return best }
      var rank = Int32.min
      for rule in soft.all { rank = max(rank, Self.rank(rule)) }
      if let rule = completion(soft, rank, flow, wildcards) { return rule }
      fallBack(&soft, from: rank, &best)
    }
  }

  private static func rank(_ rule: Unmanaged<Rule>) -> Int32 {
    rule._withUnsafeGuaranteedRef { $0.rank }
  }

  /// Clauses of one conjunction that were met.
  private struct Met {
    let id: UInt32
    let count: UInt8
    var clauses: UInt64
  }

  /// What the packet gets by the conjunctions all of whose clauses are among the rules of this rank,
  /// in the order in which the last clause was met.
  private func completion(
    _ rules: SoftRules, _ rank: Int32, _ flow: UnsafeMutablePointer<Flow>,
    _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Unmanaged<Rule>? {
    var met: [Met] = []
    for rule in rules.all where Self.rank(rule) == rank {
      let clauses = rule._withUnsafeGuaranteedRef { $0.conjunctions }
      for clause in clauses where clause.clause < 64 {
        guard Self.add(clause, to: &met) else { continue }
        if let found = search(conjunction: clause.id, flow, wildcards) { return found }
      }
    }
    return nil
  }

  /// Whether the clause was the last one.
  private static func add(_ clause: ConjunctionAction, to met: inout [Met]) -> Bool {
    let bit = UInt64(1) << UInt64(clause.clause)
    var index = 0
    while index < met.count, met[index].id != clause.id || met[index].count != clause.clauseCount {
      index += 1
    }
    if index == met.count {
      met.append(Met(id: clause.id, count: clause.clauseCount, clauses: 0))
    }
    guard met[index].clauses & bit == 0 else { return false }
    met[index].clauses |= bit
    return met[index].clauses.nonzeroBitCount >= Int(clause.clauseCount)
  }

  /// In place of each soft match of this rank comes the next lower rule of its match.
  private func fallBack(
    _ soft: inout SoftRules, from rank: Int32, _ best: inout Unmanaged<Rule>?
  ) {
    let candidates = soft.all.filter { Self.rank($0) == rank }
    soft.removeAll { Self.rank($0) == rank }
    for rule in candidates {
      guard let lower = rule._withUnsafeGuaranteedRef({ $0.next }) else { continue }
      if lower.isClause {
        soft.append(.passUnretained(lower))
      } else if lower.rank > (best.map(Self.rank) ?? .min) {
        best = .passUnretained(lower)
      }
    }
  }

  private func search(
    conjunction id: UInt32, _ flow: UnsafeMutablePointer<Flow>,
    _ wildcards: UnsafeMutablePointer<PipelineMask>
  ) -> Unmanaged<Rule>? {
    let place = UnsafeMutableRawPointer(flow) + Flow.Offset.state + StateFields.Offset.conjID
    let own = place.load(as: UInt32.self)
    defer { place.storeBytes(of: own, as: UInt32.self) }
    place.storeBytes(of: id.bigEndian, as: UInt32.self)
    return searchPlain(flow, wildcards)
  }
}

/// The soft matches that a lookup met: at most one per subtable, in memory that the lookup has for as
/// long as it takes.
struct SoftRules {
  private let memory: UnsafeMutableBufferPointer<Unmanaged<Rule>>
  private var count = 0

  init(_ memory: UnsafeMutableBufferPointer<Unmanaged<Rule>>) { self.memory = memory }

  var isEmpty: Bool { count == 0 }
  /// In the order in which they were met.
  var all: Slice<UnsafeMutableBufferPointer<Unmanaged<Rule>>> { memory[..<count] }

  mutating func append(_ rule: Unmanaged<Rule>) {
    guard count < memory.count else { return }
    memory.initializeElement(at: count, to: rule)
    count += 1
  }

  mutating func removeAll(where isOver: (Unmanaged<Rule>) -> Bool) {
    var kept = 0
    for index in 0..<count where !isOver(memory[index]) {
      memory[kept] = memory[index]
      kept += 1
    }
    count = kept
  }
}
