import Fields
import OpenFlow

/// What the database (a row of Flow_Table) and table-mods say of a table.
public struct FlowTableSettings: Hashable, Sendable {
  /// What dump-tables calls it; empty for "tableN".
  public var name = ""
  /// Nil: no limit.
  public var flowLimit: Int?
  /// `overflow_policy=evict`: by the database.
  public var evicts = false
  /// By a table-mod of OpenFlow 1.4 or later.
  public var evictsByRequest = false
  /// Parts of fields that divide the table's rules into groups, of which the largest loses a rule.
  public var groups: [Subfield] = []
  public var prefixes: [PrefixField] = PrefixField.defaults

  public init() {}

  var evictsAtAll: Bool { evicts || evictsByRequest }

  /// Longest name on the wire.
  public static let maxNameLength = 32
}

/// What a table tells controllers of the room that is left (OpenFlow 1.4, "vacancy events"): when it
/// falls below one percentage, and after that when it rises above another.
public struct VacancyState: Equatable, Sendable {
  public enum Event: UInt8, Sendable {
    case down = 3
    case up = 4
  }

  /// Nil when nothing is to be told.
  public var next: Event?
  public var down: UInt8 = 0
  public var up: UInt8 = 0
}

extension FlowTable {
  /// How much of the table's room is left, in percent; 100 without a limit.
  public var vacancyPercent: UInt8 {
    guard let limit = settings.flowLimit, limit > 0 else { return 100 }
    return count >= limit ? 0 : UInt8(clamping: (limit - count) * 100 / limit)
  }

  /// The event that is due, if one is; the other one is the next.
  func takeVacancyEvent() -> VacancyState.Event? {
    guard let next = vacancy.next else { return nil }
    let percent = vacancyPercent
    let event: VacancyState.Event? =
      percent < vacancy.down ? .down : percent > vacancy.up ? .up : nil
    guard event == next else { return nil }
    vacancy.next = next == .down ? .up : .down
    return event
  }

  var isFull: Bool { settings.flowLimit.map { count >= $0 } ?? false }
}

extension Bridge {
  /// Takes over what the database says of the tables, but for those of which it says what `old` said;
  /// rules that have no room any more are evicted.
  func configureTables(from old: [UInt8: FlowTableSettings] = [:]) {
    let wanted = settings.tables
    for id in Set(wanted.keys).union(old.keys).sorted()
    where wanted[id] != old[id] && Int(id) < Bridge.tableCount {
      var settings = wanted[id] ?? FlowTableSettings()
      settings.evictsByRequest = self.settings(ofTable: id).evictsByRequest
      makeChanges { $0.reconfigure(self.table(id), settings) }
    }
  }

  /// `eviction` and vacancy thresholds of a table-mod; nil leaves as it is.
  public func setEviction(_ id: UInt8, _ evicts: Bool) {
    makeChanges { changes in
      let table = self.table(id)
      var settings = table.settings
      settings.evictsByRequest = evicts
      changes.reconfigure(table, settings)
    }
  }

  /// Vacancy events between these thresholds; nil for none.
  public func setVacancy(_ id: UInt8, _ thresholds: (down: UInt8, up: UInt8)?) {
    let table = table(id)
    table.vacancy.down = thresholds?.down ?? table.vacancy.down
    table.vacancy.up = thresholds?.up ?? table.vacancy.up
    if thresholds == nil {
      table.vacancy.next = nil
    } else if table.vacancy.next == nil {
      table.vacancy.next = table.vacancyPercent < table.vacancy.up ? .up : .down
    }
  }

  public func settings(ofTable id: UInt8) -> FlowTableSettings {
    guard Int(id) < tables.count, let table = tables[Int(id)] else { return FlowTableSettings() }
    return table.settings
  }
}
