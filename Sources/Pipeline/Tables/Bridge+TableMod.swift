import OpenFlow

/// What controllers may change about tables. Control thread.
extension Bridge {
  /// The database's name goes before one that a controller gave.
  func tableName(_ id: UInt8) -> String {
    let name = settings(ofTable: id).name
    return name.isEmpty ? tableNames[id] ?? "" : name
  }

  func setTableName(_ id: UInt8, _ name: String) { tableNames[id] = name.isEmpty ? nil : name }

  /// How many flows a table takes.
  func maxFlows(_ id: UInt8) -> UInt32 {
    UInt32(clamping: settings(ofTable: id).flowLimit ?? TableStatistics.unlimited)
  }

  func configure(table id: UInt8, _ request: TableMod) {
    if request.miss != .byVersion {
      pipeline.change(.bridge(self)) { tableMiss[id] = request.miss }
    }
    if let evicts = request.evicts, evicts != settings(ofTable: id).evictsByRequest {
      setEviction(id, evicts)
    }
    if let tells = request.tellsVacancy {
      setVacancy(id, tells ? (request.vacancy.down, request.vacancy.up) : nil)
    }
  }

  func tableDescription(_ id: UInt8) -> TableDescription {
    var description = TableDescription(table: id)
    description.evictionFlags = TableMod.evictionFlags
    guard Int(id) < Bridge.tableCount, let table = tables[Int(id)] else { return description }
    description.evicts = table.settings.evictsByRequest
    if table.vacancy.next != nil {
      description.vacancy = TableMod.Vacancy(
        down: table.vacancy.down, up: table.vacancy.up, current: table.vacancyPercent)
    }
    return description
  }
}
