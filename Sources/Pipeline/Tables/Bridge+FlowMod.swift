import OpenFlow

/// What controllers do to a bridge's flow tables. Control thread.
extension Bridge {
  /// Carries out a request, or throws the error that the switch answers with and changes nothing.
  public func apply(_ request: FlowMod, for requester: FlowRequester? = nil) throws {
    try changeFlowsOneByOne { try carryOut(request, $0, for: requester) }
  }

  /// Makes changes each of which comes true by itself; then tells of them. `body` ends, or throws, at the
  /// first that fails, which has done nothing.
  func changeFlowsOneByOne(_ body: (FlowChanges) throws -> Void) throws {
    let changes = FlowChanges(self, keepsUndo: false)
    defer { tell(changes.events) }
    try pipeline.change(.rules) { try body(changes) }
  }

  /// Makes changes that all come true, or none if `body` throws; then tells of them.
  func changeFlows<T>(_ body: (FlowChanges) throws -> T) throws -> T {
    let changes = FlowChanges(self)
    let result = try pipeline.change(.rules) {
      do { return try body(changes) } catch {
        changes.revert()
        throw error
      }
    }
    tell(changes.events)
    return result
  }

  /// The same for changes that cannot fail.
  func makeChanges(_ body: (FlowChanges) -> Void) {
    let changes = FlowChanges(self, keepsUndo: false)
    pipeline.change(.rules) { body(changes) }
    tell(changes.events)
  }

  /// Carries out a flow-mod as one of several changes. When it throws, it has done nothing.
  func carryOut(
    _ request: borrowing FlowMod, _ changes: FlowChanges, for requester: FlowRequester?
  ) throws {
    guard request.command == .add else {
      return try carryOut(plan(copy request), changes, for: requester)
    }
    try add(rule(for: request), changes, requester)
  }

  /// Carries out a planned flow-mod as one of several changes. When it throws, it has done nothing.
  func carryOut(_ plan: FlowModPlan, _ changes: FlowChanges, for requester: FlowRequester?) throws {
    switch plan.command {
    case .add:
      guard let rule = plan.rule else { return }
      try add(rule, changes, requester)
    case .modify, .modifyStrict: try modify(plan, changes, requester)
    case .delete, .deleteStrict:
      guard let selection = plan.selection else { return }
      for rule in rules(selection) { changes.remove(rule, .delete, for: requester) }
    }
  }

  /// Tells everybody who wants to know what came true.
  private func tell(_ events: [FlowEvent]) {
    guard !events.isEmpty else { return }
    for event in events {
      onFlowEvent?(event)
      guard case .removed(let reason) = event.kind else { continue }
      if event.rule.flags.contains(.sendFlowRemoved) {
        pipeline.onFlowRemoved?(self, event.rule, reason)
      }
    }
    for table in Set(events.map(\.rule.table)) {
      guard let event = tables[Int(table)]?.takeVacancyEvent() else { continue }
      onVacancy?(table, event)
    }
    onFlowEventsEnd?()
  }

  // MARK: Adding

  /// Adds a rule that was planned. When it throws, it has done nothing.
  func add(_ rule: Rule, _ changes: FlowChanges, _ requester: FlowRequester?) throws {
    try checkReferences(rule.actions, rule.traits)
    let table = tables[Int(rule.table)]
    guard let old = table?.find(like: rule) else {
      if let table { try checkRoom(for: rule, in: table, changes, requester) }
      return changes.add(rule, for: requester)
    }
    if rule.flags.contains(.resetCounts) {
      changes.replace(old, by: rule, as: .added, for: requester)
    } else {
      changes.update(old, to: Rule.Properties(of: rule), as: .added, for: requester)
    }
  }

  private func checkRoom(
    for rule: Rule, in table: FlowTable, _ changes: FlowChanges, _ requester: FlowRequester?
  ) throws {
    if rule.flags.contains(.checkOverlap),
      table.hasOverlap(rule.compact, rank: rule.rank)
    {
      throw OpenFlowError.overlap
    }
    if table.isFull, !changes.evictOne(from: table, for: requester) {
      throw OpenFlowError.tableFull
    }
  }

  // MARK: Modifying

  private func modify(
    _ plan: FlowModPlan, _ changes: FlowChanges, _ requester: FlowRequester?
  ) throws {
    guard let selection = plan.selection, let pattern = plan.rule else { return }
    let rules = rules(selection)
    guard !rules.isEmpty else {
      // A modification that concerns no flow adds one, unless it asks for a cookie.
      return plan.mayAdd ? try add(pattern, changes, requester) : ()
    }
    try checkReferences(pattern.actions, pattern.traits)
    let now = pipeline.now()
    for rule in rules {
      var properties = Rule.Properties(of: rule)
      properties.actions = pattern.actions
      properties.modified = now
      if let cookie = plan.newCookie { properties.cookie = cookie }
      if plan.resetsCounts {
        let new = Rule(replacing: rule, with: properties)
        changes.replace(rule, by: new, as: .modified, for: requester)
      } else {
        changes.update(rule, to: properties, as: .modified, for: requester)
      }
    }
  }

  // MARK: By the switch itself

  /// Removes all flows; a standalone bridge without controllers gets the one that makes it a switch.
  public func flushFlows() {
    makeChanges { changes in
      for table in tables.compactMap({ $0 }) {
        for rule in table.rules { changes.remove(rule, .delete, for: nil) }
      }
      guard settings.failMode == .standalone, !settings.hasControllers else { return }
      changes.add(
        Rule(
          CompactMatch(Match()), rank: 0, table: 0,
          actions: [OutputAction(port: OpenFlowPort.normal)], now: pipeline.now()),
        for: nil)
    }
  }

  /// Removes flows whose time is over. Call it about once per second.
  public func expireFlows() {
    let now = pipeline.now()
    var expired: [(Rule, Rule.RemovalReason)] = []
    for table in tables {
      guard let table, table.mayExpire else { continue }
      expired += pipeline.crediting { table.takeExpired(at: now) }
    }
    guard !expired.isEmpty else { return }
    makeChanges { changes in
      for (rule, reason) in expired { changes.remove(rule, reason, for: nil) }
    }
  }

  /// The table, made if need be.
  func table(_ id: UInt8) -> FlowTable {
    if let table = tables[Int(id)] { return table }
    let table = FlowTable(id: id)
    pipeline.change(.rules) {
      pipeline.noteChange(of: .table(id), in: self)
      tables[Int(id)] = table
    }
    return table
  }
}
