import OpenFlow

extension TableStatsRequest: Request {
  func handle(_ exchange: Exchange) {
    let bridge = exchange.bridge
    let tables = bridge.tableStatistics().map { table in
      var entry = TableStatsReply.Table(
        number: table.id, name: bridge.tableName(table.id), maxFlows: bridge.maxFlows(table.id),
        flowCount: UInt32(clamping: table.active), lookupCount: table.lookups,
        matchedCount: table.matches)
      entry.miss = bridge.tableMiss[table.id] ?? .byVersion
      return entry
    }
    exchange.reply(TableStatsReply(entries: tables))
  }
}

extension TableMod: Request {
  func handle(_ exchange: Exchange) throws {
    guard table == FlowMod.anyTable || Int(table) < Bridge.tableCount else {
      throw table == Bridge.tableCount
        ? OpenFlowError.tableModNotPermitted : OpenFlowError.tableModBadTable
    }
    guard evictionFlags == nil || evictionFlags == TableMod.evictionFlags else {
      throw OpenFlowError.tableModBadConfig
    }
    let last = TableFeatures.lastTable
    let tables = table == FlowMod.anyTable ? Array(0...last) : [table]
    for id in tables { exchange.bridge.configure(table: id, self) }
  }
}

extension TableDescriptionRequest: Request {
  func handle(_ exchange: Exchange) {
    let bridge = exchange.bridge
    exchange.reply(
      TableDescriptionReply(
        entries: (0...TableFeatures.lastTable).map { bridge.tableDescription($0) }))
  }
}

extension TableFeaturesRequest: Request {
  func handle(_ exchange: Exchange) throws {
    let bridge = exchange.bridge
    let version = exchange.connection.context.version
    func features(_ id: UInt8) -> TableFeatures {
      .complete(
        table: id, name: bridge.tableName(id), maxFlows: bridge.maxFlows(id), version)
    }
    if !entries.isEmpty {
      let old = (0...TableFeatures.lastTable).map(features)
      let new = try Self.merge(entries, into: old)
      for table in new { bridge.setTableName(table.table, table.name) }
    }
    var next = 0
    exchange.connection.answer(TableFeaturesReply(entries: []), xid: exchange.xid) {
      guard next <= Int(TableFeatures.lastTable) else { return nil }
      defer { next += 1 }
      return features(UInt8(next))
    }
  }

  /// The tables as the request wants them. Nothing but their names can be changed, and a request that
  /// replaces the pipeline must speak of all tables.
  static func merge(_ entries: [TableFeatures], into old: [TableFeatures]) throws -> [TableFeatures]
  {
    var new: [UInt8: TableFeatures] = [:]
    for entry in entries {
      guard new.updateValue(entry, forKey: entry.table) == nil else {
        throw OpenFlowError.duplicateTable
      }
    }
    guard new[UInt8(Bridge.tableCount)] == nil else {
      throw OpenFlowError.tableFeaturesNotPermitted
    }
    switch entries.first?.command ?? .replace {
    case .replace: break
    case .modify:
      for table in old {
        guard var entry = new[table.table] else {
          new[table.table] = table
          continue
        }
        if entry.rules == nil { entry.keepProperties(of: table) }
        new[table.table] = entry
      }
    case .enable, .disable: throw OpenFlowError.tableFeaturesNotPermitted
    }
    return try old.map { table in
      guard let entry = new[table.table], entry.maxFlows == table.maxFlows, table.covers(entry)
      else { throw OpenFlowError.tableFeaturesNotPermitted }
      return entry
    }
  }
}
