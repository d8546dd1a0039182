import OpenFlow

/// What controllers do to a bridge's flow tables. Control thread.
extension Bridge {
  /// Carries out a request, or throws the error that the switch answers with and changes nothing.
  public func apply(_ request: FlowMod) throws {
    guard request.table == FlowMod.anyTable || Int(request.table) < Bridge.tableCount else {
      throw request.table == 254
        ? OpenFlowError.requestNotPermitted : OpenFlowError.badTableID
    }
    try pipeline.change {
      switch request.command {
      case .add: try add(request)
      case .modify, .modifyStrict: try modify(request)
      case .delete, .deleteStrict:
        for rule in selected(by: request) { remove(rule, .delete) }
      }
    }
  }

  /// Removes all flows; a standalone bridge without controllers gets the one that makes it a switch.
  public func flushFlows() {
    pipeline.change {
      for table in tables.compactMap({ $0 }) {
        for rule in table.rules { remove(rule, .delete) }
      }
      guard settings.failMode == .standalone, !settings.hasControllers else { return }
      var normal = FlowMod(.add)
      normal.priority = 0
      normal.actions = [OutputAction(port: OpenFlowPort.normal)]
      insert(normal, into: 0)
    }
  }

  /// Removes flows whose time is over. Call it about once per second.
  public func expireFlows() {
    let now = pipeline.now()
    var expired: [(Rule, Rule.RemovalReason)] = []
    for table in tables {
      guard let table, table.mayExpire else { continue }
      pipeline.crediting {
        for rule in table.rules {
          if let reason = rule.expiry(at: now) { expired.append((rule, reason)) }
        }
      }
    }
    guard !expired.isEmpty else { return }
    pipeline.change {
      for (rule, reason) in expired { remove(rule, reason) }
    }
  }

  // MARK: Steps, inside `change`

  private func add(_ request: FlowMod) throws {
    let id = request.table == FlowMod.anyTable ? 0 : request.table
    let old = tables[Int(id)]?.find(request.match, priority: request.priority)
    if request.flags.contains(.checkOverlap),
      tables[Int(id)]?.hasOverlap(request.match, priority: request.priority) == true
    {
      throw OpenFlowError.overlap
    }
    if let old { tables[Int(id)]?.remove(old) }
    insert(request, into: id)
  }

  private func modify(_ request: FlowMod) throws {
    let rules = selected(by: request)
    // A modification that concerns no flow adds one, unless it asks for a cookie.
    guard !rules.isEmpty || request.cookieMask != 0 else { return try add(request) }
    let now = pipeline.now()
    for rule in rules {
      rule.actions = request.actions
      rule.modified = now
      if let cookie = request.newCookie { rule.cookie = cookie }
    }
  }

  private func insert(_ request: FlowMod, into id: UInt8) {
    table(id).insert(
      Rule(
        match: request.match, priority: request.priority, table: id, actions: request.actions,
        cookie: request.newCookie ?? request.cookie, idleTimeout: request.idleTimeout,
        hardTimeout: request.hardTimeout, flags: request.flags, now: pipeline.now()))
  }

  private func remove(_ rule: Rule, _ reason: Rule.RemovalReason) {
    tables[Int(rule.table)]?.remove(rule)
    if rule.flags.contains(.sendFlowRemoved) { pipeline.onFlowRemoved?(self, rule, reason) }
  }

  /// The table, made if need be.
  private func table(_ id: UInt8) -> FlowTable {
    if let table = tables[Int(id)] { return table }
    let table = FlowTable(id: id)
    tables[Int(id)] = table
    return table
  }

  // MARK: Selection

  private func selected(by request: FlowMod) -> [Rule] {
    let isStrict = request.command == .modifyStrict || request.command == .deleteStrict
    let isDeletion = request.command == .delete || request.command == .deleteStrict
    var selection = FlowSelection(match: request.match)
    selection.table = request.table == FlowMod.anyTable ? nil : request.table
    selection.strictPriority = isStrict ? request.priority : nil
    selection.cookie = request.cookie
    selection.cookieMask = request.cookieMask
    selection.outPort = isDeletion ? request.outPort : OpenFlowPort.none
    return rules(selection)
  }
}

extension Rule {
  /// Why the rule's time is over, if it is. Under the statistics lock.
  fileprivate func expiry(at now: Int64) -> RemovalReason? {
    if hardTimeout > 0, now - modified >= Int64(hardTimeout) * 1000 { return .hardTimeout }
    if idleTimeout > 0, now - credit.used >= Int64(idleTimeout) * 1000 { return .idleTimeout }
    return nil
  }
}
